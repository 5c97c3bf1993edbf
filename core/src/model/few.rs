use std::ops::{Deref, DerefMut};

use minicbor::decode::Error as DecodeError;
use minicbor::encode::{Error as EncodeError, Write};
use minicbor::{Decode, Decoder, Encode, Encoder};
use smallvec::SmallVec;

/// A list that is mostly no longer than `N`, and then takes no memory of its own. Encodes as a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Few<T, const N: usize>(SmallVec<[T; N]>);

impl<T, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self(SmallVec::new())
    }
}

impl<T, const N: usize> From<[T; N]> for Few<T, N> {
    fn from(items: [T; N]) -> Self {
        Self(SmallVec::from(items))
    }
}

impl<T, const N: usize> Deref for Few<T, N> {
    type Target = SmallVec<[T; N]>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T, const N: usize> DerefMut for Few<T, N> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl<C, T: Encode<C>, const N: usize> Encode<C> for Few<T, N> {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, context: &mut C) -> Result<(), EncodeError<W::Error>> {
        e.array(self.len() as u64)?;
        for item in self.iter() {
            item.encode(e, context)?;
        }
        Ok(())
    }
}

impl<'b, C, T: Decode<'b, C>, const N: usize> Decode<'b, C> for Few<T, N> {
    fn decode(d: &mut Decoder<'b>, context: &mut C) -> Result<Self, DecodeError> {
        let items: Vec<T> = Vec::decode(d, context)?;
        Ok(Self(items.into_iter().collect()))
    }
}
