use crate::model::{EntityIx, Name};

/// Slot of a relation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, minicbor::Encode, minicbor::Decode)]
#[cbor(transparent)]
pub struct RelationIx(#[n(0)] pub u32);

/// A typed relation: `source` *kind* `target`, such as a SITE *hosts* a ROUTER, a LINK *connects* a ROUTER.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
pub struct Relation {
    /// From.
    #[n(0)]
    pub source: EntityIx,
    /// To.
    #[n(1)]
    pub target: EntityIx,
    /// `hosts`, `connects`, `powers`, `backhauls`, `serves`, `depends_on`, `member_of`, or a word of the inventory's own.
    #[n(2)]
    pub kind: Name,
}

/// What a relation means to impact and diagnosis.
///
/// | kind | reads | who falls with whom |
/// |--|--|--|
/// | hosts | source hosts target | the target with the source |
/// | powers | source powers target | the target with the source |
/// | backhauls | source backhauls target | the target with the source |
/// | serves | source serves target | the target with the source |
/// | depends_on | source depends on target | the source with the target |
/// | member_of | source is a member of the redundancy group target | the group with the *last* of its members |
/// | connects | either way round | whoever loses the last path to the roots |
/// | other | | nobody |
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// Source is where target stands or runs.
    Hosts,
    /// Source and target exchange traffic, or a link ends at an element.
    Connects,
    /// Source feeds target.
    Powers,
    /// Source carries target's traffic.
    Backhauls,
    /// Source gives target its service.
    Serves,
    /// Source needs target.
    DependsOn,
    /// Source is one of those that back each other in target.
    MemberOf,
    /// A word that has no meaning for impact.
    Other,
}

/// Which end of a dependency an entity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependency {
    /// The target falls with the source.
    TargetOnSource,
    /// The source falls with the target.
    SourceOnTarget,
    /// The target falls with the last of its sources.
    TargetOnAllSources,
    /// None.
    None,
}

impl RelationKind {
    /// The meaning of a word, in any case, with `_`, `-` or a space between its parts.
    #[must_use]
    pub fn of(word: &str) -> RelationKind {
        let plain: String = word
            .trim()
            .chars()
            .filter(|c| !matches!(c, '_' | '-' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect();
        match plain.as_str() {
            "hosts" => RelationKind::Hosts,
            "connects" | "connectsto" | "connectedto" | "" => RelationKind::Connects,
            "powers" => RelationKind::Powers,
            "backhauls" => RelationKind::Backhauls,
            "serves" => RelationKind::Serves,
            "dependson" | "relieson" => RelationKind::DependsOn,
            "memberof" | "memberofredundancygroup" => RelationKind::MemberOf,
            _ => RelationKind::Other,
        }
    }

    /// The one spelling of a word: a known kind's own, anything else as written.
    #[must_use]
    pub fn spelled(word: &str) -> Name {
        match Self::of(word) {
            RelationKind::Hosts => Name::from("hosts"),
            RelationKind::Connects => Name::from("connects"),
            RelationKind::Powers => Name::from("powers"),
            RelationKind::Backhauls => Name::from("backhauls"),
            RelationKind::Serves => Name::from("serves"),
            RelationKind::DependsOn => Name::from("depends_on"),
            RelationKind::MemberOf => Name::from("member_of"),
            RelationKind::Other => Name::cut(word.trim(), 255),
        }
    }

    /// The direction table of dependencies.
    #[must_use]
    pub const fn dependency(self) -> Dependency {
        match self {
            RelationKind::Hosts | RelationKind::Powers | RelationKind::Backhauls | RelationKind::Serves => Dependency::TargetOnSource,
            RelationKind::DependsOn => Dependency::SourceOnTarget,
            RelationKind::MemberOf => Dependency::TargetOnAllSources,
            RelationKind::Connects | RelationKind::Other => Dependency::None,
        }
    }
}

/// One relation seen from one of its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Neighbour {
    /// The relation.
    pub relation: RelationIx,
    /// This entity is the relation's source.
    pub out: bool,
    /// The relation's meaning.
    pub kind: RelationKind,
    /// The entity at the other end.
    pub other: EntityIx,
}

impl Neighbour {
    /// The other end falls with this one (a group's member does not take the group along by itself).
    #[must_use]
    pub fn falls_with_me(self) -> bool {
        matches!(
            (self.kind.dependency(), self.out),
            (Dependency::TargetOnSource, true) | (Dependency::SourceOnTarget, false)
        )
    }

    /// This entity falls with the one at the other end.
    #[must_use]
    pub fn i_fall_with(self) -> bool {
        matches!(
            (self.kind.dependency(), self.out),
            (Dependency::TargetOnSource, false) | (Dependency::SourceOnTarget, true)
        )
    }

    /// This entity is a member of the group at the other end.
    #[must_use]
    pub fn my_group(self) -> bool {
        self.kind == RelationKind::MemberOf && self.out
    }
}
