//! v3 messages: who is asked first is as in RFC 3414, 3.2, so that senders get the reports they expect.

use super::super::dead::DeadReason;
use super::decoder::{Decoder, Origin, Read, dead, key};
use super::engine::hex;
use super::message::{self, AUTH, Header, PRIV, REPORTABLE, Scoped, Security};
use super::pdu::{self, INFORM, Notified};
use super::usm::{Doubt, in_own_time};

/// Arcs of usmStats, RFC 3414, 5.
const UNSUPPORTED_LEVELS: u8 = 1;
const NOT_IN_TIME: u8 = 2;
const UNKNOWN_USERS: u8 = 3;
const UNKNOWN_ENGINES: u8 = 4;
const WRONG_DIGESTS: u8 = 5;
const DECRYPTION_ERRORS: u8 = 6;

impl Decoder {
    pub(super) fn secured(&mut self, from: Origin, header: &Header<'_>, bytes: &[u8]) -> Read {
        let security = &header.security;
        let ours = security.engine == self.own.id.as_slice();
        let asks = header.flags & REPORTABLE != 0;
        if security.engine.is_empty() || (asks && !ours && !self.speaks_for_itself(from, header, bytes)) {
            // Discovery, or an inform to an engine that we are not (any more): the sender learns ours.
            return match self.report(from, header, UNKNOWN_ENGINES) {
                Some(report) => Read::Report { search: true, report },
                None => dead(DeadReason::Malformed, "v3: no engine id in a message that asks for no report"),
            };
        }
        let Some(user) = self.users.get(security.user) else {
            let detail = "unknown SNMPv3 user: add it under [[snmp.users]], or correct it on the device";
            return self.refuse(from, header, UNKNOWN_USERS, DeadReason::User, detail.to_owned());
        };
        let (tenant, level) = (user.tenant, user.level);
        if header.flags & (AUTH | PRIV) != level {
            let (sent, wanted) = (Self::level_word(header.flags), Self::level_word(level));
            let detail = format!("sent as {sent}, but the user is configured for {wanted}: make both the same");
            return self.refuse(from, header, UNSUPPORTED_LEVELS, DeadReason::SecurityLevel, detail);
        }
        if let Err(doubt) = self.check(from, header, bytes, ours) {
            return self.doubted(from, header, doubt, ours);
        }
        let plain;
        let data = if level & PRIV == 0 {
            header.data
        } else {
            let cipher = match { header.data }.octets("v3: the encrypted data is not an OCTET STRING") {
                Ok(cipher) => cipher,
                Err(malformed) => return malformed.into(),
            };
            let decrypted = self.users.get(security.user).map(|user| user.decrypt(security, cipher));
            match decrypted {
                Some(Ok(text)) => plain = text,
                _ => return self.doubted(from, header, Doubt::Undecryptable, ours),
            }
            super::ber::Reader::new(&plain)
        };
        let scoped = match message::scoped(data) {
            Ok(scoped) => scoped,
            Err(_) if level & PRIV != 0 => return self.doubted(from, header, Doubt::Undecryptable, ours),
            Err(malformed) => return malformed.into(),
        };
        self.believed(from, header, tenant, scoped)
    }

    /// Whether a message that asks for reports, as traps should not, is a trap of another engine all the same.
    fn speaks_for_itself(&mut self, from: Origin, header: &Header<'_>, bytes: &[u8]) -> bool {
        let security = &header.security;
        let Some(user) = self.users.get(security.user) else { return false };
        if header.flags & (AUTH | PRIV) != user.level || (user.level & AUTH != 0 && user.verify(security, bytes, from.now).is_err()) {
            return false;
        }
        let plain;
        let data = if user.level & PRIV == 0 {
            header.data
        } else {
            let cipher = { header.data }.octets("");
            match cipher.ok().and_then(|cipher| user.decrypt(security, cipher).ok()) {
                Some(text) => plain = text,
                None => return false,
            }
            super::ber::Reader::new(&plain)
        };
        message::scoped(data).is_ok_and(|scoped| scoped.pdu.peek() == Some(pdu::TRAP_V2))
    }

    fn check(&mut self, from: Origin, header: &Header<'_>, bytes: &[u8], ours: bool) -> Result<(), Doubt> {
        if header.flags & AUTH == 0 {
            return Ok(());
        }
        let own = &self.own;
        let user = self.users.get(header.security.user).ok_or(Doubt::WrongKey)?;
        user.verify(&header.security, bytes, from.now)?;
        if from.again {
            user.accept_boots(&header.security, from.now);
            Ok(())
        } else if !ours {
            user.in_time(&header.security, from.now)
        } else if in_own_time(own, from.now, &header.security) {
            Ok(())
        } else {
            Err(Doubt::Late)
        }
    }

    fn doubted(&mut self, from: Origin, header: &Header<'_>, doubt: Doubt, ours: bool) -> Read {
        match doubt {
            Doubt::WrongKey => {
                let detail = "wrong signature: the user's auth protocol or password differs from the device's";
                self.refuse(from, header, WRONG_DIGESTS, DeadReason::WrongKey, detail.to_owned())
            }
            Doubt::Undecryptable => {
                let detail = "cannot be decrypted: the user's priv protocol or password differs from the device's";
                self.refuse(from, header, DECRYPTION_ERRORS, DeadReason::Undecryptable, detail.to_owned())
            }
            Doubt::Late if ours && header.flags & REPORTABLE != 0 => match self.report(from, header, NOT_IN_TIME) {
                Some(report) => Read::Report { search: false, report },
                None => dead(DeadReason::TimeWindow, "outside of the time window"),
            },
            Doubt::Late => dead(
                DeadReason::TimeWindow,
                format!(
                    "more than 150 s behind engine {}: delayed in the network, replayed, or the device's engine time went backwards",
                    hex(header.security.engine)
                ),
            ),
            Doubt::BootsBackwards(known, said) => dead(
                DeadReason::BootsBackwards,
                format!(
                    "engine {} was at boots {known} and now says {said}: its memory was lost or it was replaced. If that is so, drive this \
                     letter again, and the device is believed from then on; if not, somebody replays old traps",
                    hex(header.security.engine)
                ),
            ),
        }
    }

    fn believed(&mut self, from: Origin, header: &Header<'_>, tenant: pedkai_core::model::TenantId, mut scoped: Scoped<'_>) -> Read {
        let ours = header.security.engine == self.own.id.as_slice();
        if scoped.pdu.peek() == Some(INFORM) && !ours {
            return dead(DeadReason::NotNotification, "an inform to another engine that asks for no report");
        }
        let notified = match pdu::read(pedkai_core::model::SnmpVersion::V3, &mut scoped.pdu, &mut String::new()) {
            Ok(notified) => notified,
            Err(refused) => return refused.into(),
        };
        if !notified.notification.inform {
            return Read::Trap(tenant, notified.notification);
        }
        let Some(answer) = self.answer(from, header, &scoped, &notified) else {
            return dead(DeadReason::Undecryptable, "the answer could not be encrypted");
        };
        Read::Inform {
            tenant,
            key: key(from.peer, header.security.user, &notified),
            answer,
            notification: notified.notification,
        }
    }

    /// The response, at the level of the inform; `tooBig` when it does not fit the sender.
    fn answer(&self, from: Origin, header: &Header<'_>, scoped: &Scoped<'_>, notified: &Notified<'_>) -> Option<Vec<u8>> {
        let whole = message::response(notified.request_id, notified.varbinds);
        let message = self.encode(
            from,
            header,
            header.flags & (AUTH | PRIV),
            &message::in_scope(scoped.engine, scoped.name, &whole),
        )?;
        if message.len() <= header.largest.max(484) {
            return Some(message);
        }
        let small = message::too_big(notified.request_id);
        self.encode(
            from,
            header,
            header.flags & (AUTH | PRIV),
            &message::in_scope(scoped.engine, scoped.name, &small),
        )
    }

    /// A v3 message of ours to the sender of `header`.
    fn encode(&self, from: Origin, header: &Header<'_>, level: u8, scoped: &[u8]) -> Option<Vec<u8>> {
        let time = from.now.as_secs().min(0x7fff_ffff) as u32;
        let user = header.security.user;
        let mut salt = Vec::new();
        let mut data = scoped.to_vec();
        if level & PRIV != 0 {
            let (cipher, made) = self.users.encrypt(user, &self.own, time, scoped)?;
            salt = made;
            data.clear();
            super::ber::put(&mut data, super::ber::OCTETS, &cipher);
        }
        let security = Security {
            engine: &self.own.id,
            boots: self.own.boots,
            time,
            user,
            signature: 0..if level & AUTH != 0 { self.users.signature_len(user) } else { 0 },
            salt: &salt,
        };
        let (mut message, at) = message::v3(header.id, level, &security, &data);
        if level & AUTH != 0 && !self.users.sign(user, &self.own.id, &mut message, at) {
            return None;
        }
        Some(message)
    }

    fn refuse(&mut self, from: Origin, header: &Header<'_>, counter: u8, reason: DeadReason, detail: String) -> Read {
        Read::Dead {
            reason,
            detail,
            report: self.report(from, header, counter),
        }
    }

    /// Counts in usmStats and, where the sender asks for it, says so.
    fn report(&mut self, from: Origin, header: &Header<'_>, counter: u8) -> Option<Vec<u8>> {
        let stat = self.stats.get_mut(usize::from(counter))?;
        *stat = stat.wrapping_add(1);
        let value = *stat;
        if header.flags & REPORTABLE == 0 || from.again {
            return None;
        }
        // RFC 3414, 3.2 (7a): the time is told signed, so that it can be believed.
        let level = if counter == NOT_IN_TIME { AUTH } else { 0 };
        let mut request_id = 0;
        if header.flags & PRIV == 0 {
            let plain = message::scoped(header.data).ok().and_then(|mut scoped| {
                let tag = scoped.pdu.peek()?;
                pdu::request_id(&mut scoped.pdu.enter(tag, "").ok()?).ok()
            });
            request_id = plain.unwrap_or(0);
        }
        let scoped = message::in_scope(&self.own.id, &[], &message::report(request_id, counter, value));
        self.encode(from, header, level, &scoped)
    }
}
