//! Answers, and the errors in them (RFC 6241 section 4.3 and appendix A).

use std::fmt;

use super::error::Error;
use super::xml::{BASE, Element, shown};

/// The layer at which a request failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorType {
    /// Secure transport.
    Transport,
    /// Messages.
    Rpc,
    /// Operations.
    Protocol,
    /// Content.
    Application,
    /// Not said, or a word that RFC 6241 does not know.
    Unknown,
}

macro_rules! tags {
    ($($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)?) => {
        /// What failed (RFC 6241 appendix A).
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ErrorTag {
            $($(#[$doc])* $variant,)*
            /// A word that the RFC does not know.
            Other(String),
        }

        impl ErrorTag {
            fn parse(word: &str) -> Self {
                match word.trim() {
                    $($word => ErrorTag::$variant,)*
                    other => ErrorTag::Other(shown(other)),
                }
            }

            /// The RFC's word.
            #[must_use]
            pub fn word(&self) -> &str {
                match self {
                    $(ErrorTag::$variant => $word,)*
                    ErrorTag::Other(word) => word,
                }
            }
        }
    };
}

tags! {
    /// The resource is in use.
    InUse = "in-use",
    /// A value cannot be.
    InvalidValue = "invalid-value",
    /// Too large to handle.
    TooBig = "too-big",
    /// An attribute is missing.
    MissingAttribute = "missing-attribute",
    /// An attribute's value cannot be.
    BadAttribute = "bad-attribute",
    /// An attribute is not known.
    UnknownAttribute = "unknown-attribute",
    /// An element is missing.
    MissingElement = "missing-element",
    /// An element's value cannot be.
    BadElement = "bad-element",
    /// An element is not known.
    UnknownElement = "unknown-element",
    /// A namespace is not known.
    UnknownNamespace = "unknown-namespace",
    /// Not allowed.
    AccessDenied = "access-denied",
    /// Somebody else holds the lock.
    LockDenied = "lock-denied",
    /// Resources are lacking.
    ResourceDenied = "resource-denied",
    /// Rolling back failed: the device may be half changed.
    RollbackFailed = "rollback-failed",
    /// What is to be created exists.
    DataExists = "data-exists",
    /// What is to be deleted or changed does not exist.
    DataMissing = "data-missing",
    /// The device cannot.
    OperationNotSupported = "operation-not-supported",
    /// Any other failure.
    OperationFailed = "operation-failed",
    /// Some of it was done (obsolete, still sent).
    PartialOperation = "partial-operation",
    /// The request could not be read.
    MalformedMessage = "malformed-message",
}

/// One `<rpc-error>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcError {
    /// Layer.
    pub kind: ErrorType,
    /// What failed.
    pub tag: ErrorTag,
    /// Whether it is a warning only.
    pub warning: bool,
    /// The device's own word for it.
    pub app_tag: Option<String>,
    /// Where, as the device wrote it.
    pub path: Option<String>,
    /// For people.
    pub message: Option<String>,
    /// Session that holds the lock (`lock-denied`); 0: no NETCONF session.
    pub session: Option<u64>,
}

impl fmt::Display for RpcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.tag.word())?;
        if let Some(message) = &self.message {
            write!(f, ": {message}")?;
        }
        if let Some(word) = &self.app_tag {
            write!(f, " ({word})")?;
        }
        if let Some(path) = &self.path {
            write!(f, " at {path}")?;
        }
        Ok(())
    }
}

/// An answer without errors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// The whole `<rpc-reply>`.
    pub root: Element,
    /// Whether it says `<ok/>`.
    pub ok: bool,
    /// What the device warns of.
    pub warnings: Vec<RpcError>,
}

impl Reply {
    /// Reads an `<rpc-reply>`.
    ///
    /// # Errors
    /// [`Error::Refused`] with all errors in it; [`Error::Protocol`] for another message id, another element, or nothing in it: only
    /// `<ok/>` or data is an answer, silence is not.
    pub(super) fn read(root: Element, id: u64) -> Result<Self, Error> {
        if !root.is(BASE, "rpc-reply") {
            return Err(Error::Protocol(format!("'{}' where an rpc-reply must be", shown(&root.name))));
        }
        let (warnings, errors): (Vec<RpcError>, Vec<RpcError>) = root
            .elements()
            .filter(|element| element.is(BASE, "rpc-error"))
            .map(error)
            .partition(|error| error.warning);
        match root.attribute("message-id") {
            Some(found) if found == id.to_string() => {}
            // A request that the device could not read has no id to answer with (RFC 6241 section 4.3).
            None if !errors.is_empty() => {}
            found => {
                return Err(Error::Protocol(format!(
                    "an answer to request {}, asked was {id}",
                    shown(found.unwrap_or("without id"))
                )));
            }
        }
        if !errors.is_empty() {
            return Err(Error::Refused(errors));
        }
        let ok = root.child(BASE, "ok").is_some();
        if !ok && root.elements().all(|element| element.is(BASE, "rpc-error")) {
            return Err(Error::Protocol("an empty answer: neither ok, nor data, nor an error".to_owned()));
        }
        Ok(Self { root, ok, warnings })
    }
}

fn error(element: &Element) -> RpcError {
    let word = |name: &str| {
        let found = element.child(BASE, name).map(|child| shown(&child.text()));
        found.filter(|text| !text.is_empty())
    };
    let session = element
        .child(BASE, "error-info")
        .and_then(|info| info.elements().find(|child| child.name == "session-id"));
    RpcError {
        kind: match word("error-type").as_deref() {
            Some("transport") => ErrorType::Transport,
            Some("rpc") => ErrorType::Rpc,
            Some("protocol") => ErrorType::Protocol,
            Some("application") => ErrorType::Application,
            _ => ErrorType::Unknown,
        },
        tag: ErrorTag::parse(&word("error-tag").unwrap_or_default()),
        warning: word("error-severity").as_deref() == Some("warning"),
        app_tag: word("error-app-tag"),
        path: word("error-path"),
        message: word("error-message"),
        session: session.and_then(|id| id.text().trim().parse().ok()),
    }
}
