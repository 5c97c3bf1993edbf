//! A stream at the syslog door, cut anywhere, gives the same messages.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pedkai_collector::listen::syslog::framing::Framer;

const LONGEST: usize = 64;

fuzz_target!(|input: (u8, &[u8])| {
    let (step, stream) = input;
    let mut whole = Vec::new();
    let mut framer = Framer::new(LONGEST);
    let all = framer.push(stream, &mut whole);
    let all = all.map(|()| framer.finish());

    let mut pieces = Vec::new();
    let mut framer = Framer::new(LONGEST);
    let mut absurd = Ok(());
    for piece in stream.chunks(usize::from(step).max(1)) {
        absurd = framer.push(piece, &mut pieces);
        if absurd.is_err() {
            break;
        }
    }
    let cut = absurd.map(|()| framer.finish());
    assert_eq!(whole, pieces);
    assert_eq!(all, cut);
    assert!(whole.iter().all(|frame| frame.bytes.len() <= LONGEST));
});
