use serde::{Deserialize, Serialize};

macro_rules! reasons {
    ($($number:literal $name:ident $word:literal $sentence:literal;)*) => {
        /// Why a stage did what it did: the same value that answers the operator's "why?" and that a test checks.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, minicbor::Encode, minicbor::Decode)]
        #[cbor(index_only)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        pub enum Reason {
            $(
                #[doc = $sentence]
                #[n($number)]
                #[serde(rename = $word)]
                $name,
            )*
        }

        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),*];

            /// The word that stands on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Reason::$name => $word),* }
            }

            /// The sentence for people.
            #[must_use]
            pub const fn sentence(self) -> &'static str {
                match self { $(Reason::$name => $sentence),* }
            }
        }
    };
}

reasons! {
    0 Raised "raised" "No alarm of this identity stood: raised as new.";
    1 Repeated "repeated" "The alarm already stands: counted.";
    2 Worsened "worsened" "The alarm stands and is more severe now.";
    3 Eased "eased" "The alarm stands and is less severe now.";
    4 Reopened "reopened" "Raised again within the dedup time after its clear: the same alarm.";
    5 RaisedAnew "raised_anew" "Raised again after the dedup time: a new alarm.";
    6 Cleared "cleared" "The resource says that the condition is over.";
    7 ClearedByOperator "cleared_by_operator" "An operator cleared it by hand.";
    8 AlreadyCleared "already_cleared" "A clear for an alarm that is cleared already: only an event.";
    9 ClearWithoutRaise "clear_without_raise" "A clear for which no alarm stands: only an event.";
    10 ClearOlderThanRaise "clear_older_than_raise" "The clear is older than the newest raise: refused.";
    11 RaiseOlderThanClear "raise_older_than_clear" "The raise is older than the clear that it meets: only an event.";
    12 UnsafeKey "unsafe_key" "A part of the key is missing: not paired with a raise.";
    13 FlapBegan "flap_began" "Raised and cleared too often: held as flapping.";
    14 FlapCounted "flap_counted" "Flapping: the change is counted, the alarm held.";
    15 FlapSettled "flap_settled" "Quiet long enough: the alarm takes the state that its resource last reported.";
    16 Unmapped "unmapped" "No mapping rule knows it: only an event.";
    17 EventOnly "event_only" "Its mapping rule says that it is no alarm.";
    18 Unreadable "unreadable" "It cannot be read: kept as a dead letter.";
    19 Duplicate "duplicate" "The sender's key was seen before: nothing changed.";
    20 EmergencyForced "emergency_forced" "The entity serves emergency calls: severity forced to critical.";
    21 SourceNew "source_new" "First word from this source.";
    22 EntityUnplaced "entity_unplaced" "Nothing in the topology bears this name: made as UNPLACED.";
    23 TopologyPatched "topology_patched" "A topology patch.";
    24 Acked "acked" "An operator acknowledged it.";
    25 Unacked "unacked" "An operator took the acknowledgement back.";
    26 UnackedWorse "unacked_worse" "It worsened: unacknowledged again.";
    27 UnackedExpired "unacked_expired" "The acknowledgement's time is over.";
    28 UnackedCleared "unacked_cleared" "Acknowledged until clear, and raised again.";
    29 Owned "owned" "Its owner changed.";
    30 Commented "commented" "A comment.";
    31 Purged "purged" "Cleared long enough: out of the live list, kept in history.";
    32 Superseded "superseded" "A new alarm of the same identity took its place.";
    33 IncidentOpened "incident_opened" "Service-affecting, and nothing at hand explains it: an incident of its own.";
    34 IncidentJoined "incident_joined" "Hangs together with the incident's alarms.";
    35 IncidentMerged "incident_merged" "Two incidents turned out to be one.";
    36 IncidentSplit "incident_split" "Part of an incident has a cause of its own.";
    37 IncidentLeft "incident_left" "The alarm no longer belongs to it.";
    38 IncidentResolved "incident_resolved" "Every alarm in it is cleared.";
    39 IncidentReopened "incident_reopened" "Relapse: an alarm in it stands again.";
    40 IncidentClosed "incident_closed" "Resolved long enough, or closed by an operator.";
    41 IncidentStatusSet "incident_status_set" "An operator moved it on.";
    42 IncidentByHand "incident_by_hand" "Opened by hand.";
    43 SeverityFollowed "severity_followed" "Severity follows the worst alarm in it.";
    44 Diagnosed "diagnosed" "Causes ranked anew.";
    45 SitrepWritten "sitrep_written" "Situation report written.";
    46 CommandDone "command_done" "The command was carried out.";
    47 CommandRefused "command_refused" "The command was refused.";
    48 PolicySet "policy_set" "A policy took effect.";
    49 MappingSet "mapping_set" "A mapping took effect.";
    50 ClockJumped "clock_jumped" "The clock jumped.";
    51 KeysForgotten "keys_forgotten" "Senders' keys and commands' answers older than their keeping time.";
    52 CauseMarked "cause_marked" "An operator marked the cause.";
    53 TimedOut "timed_out" "Nothing ever clears this type: over after its time.";
    54 HandsOn "hands_on" "Somebody works on the device: only an event.";
    60 SlaStarted "sla_started" "It takes away what was promised: the clock runs.";
    61 SlaChanged "sla_changed" "Another promise breaks first, or another time is agreed.";
    62 SlaAtRisk "sla_at_risk" "Little is left of the time that was promised.";
    63 SlaBreached "sla_breached" "The time that was promised is over.";
    64 SlaStopped "sla_stopped" "Service is back: the clock stands.";
    65 SlaResumed "sla_resumed" "Service is gone again: the clock runs on.";
    66 SlaLifted "sla_lifted" "What it takes away was promised to nobody, or is counted elsewhere.";
    67 SlaForeseen "sla_foreseen" "A measured value is beyond its limit, drifts towards it, or no longer does.";
    70 Measured "measured" "The measurements around it were looked at.";
    80 ChangeProposed "change_proposed" "A change was asked for.";
    81 ChangeSimulated "change_simulated" "The device said what would change, the twin who would feel it.";
    82 ChangeDenied "change_denied" "The policy does not allow the change.";
    83 ChangeAgreed "change_agreed" "Somebody agreed; more must.";
    84 ChangeApproved "change_approved" "Enough people agreed.";
    85 ChangeRejected "change_rejected" "Somebody said no to the change.";
    86 ChangeByItself "change_by_itself" "The policy lets this change begin without people.";
    87 ChangeWaits "change_waits" "Another change is on its way to the same device.";
    88 ChangeExecuting "change_executing" "On its way to the device.";
    89 ChangeApplied "change_applied" "On the device, and undone unless somebody confirms it.";
    90 ChangeStale "change_stale" "What was approved no longer holds: the device is asked anew.";
    91 ChangeConfirming "change_confirming" "Somebody confirmed the change; the device is told.";
    92 ChangeConfirmed "change_confirmed" "The change stays.";
    93 ChangeUndoing "change_undoing" "The change is being undone.";
    94 ChangeRolledBack "change_rolled_back" "The change was undone.";
    95 ChangeFailed "change_failed" "The change could not be carried out.";
    96 ChangeExpired "change_expired" "Nobody took the change up in time.";
    97 ChangeKilled "change_killed" "The change was stopped.";
    98 ChangeUnknown "change_unknown" "The device gave no clear answer: it is asked again.";
    99 ChangeForgotten "change_forgotten" "Ended long ago: out of memory, kept in history.";
    100 AllStopped "all_stopped" "Somebody stopped every change.";
    101 ArmedAgain "armed_again" "Changes may be made again.";
    102 LeftToPeople "left_to_people" "A change failed or was undone: counted against deciding without people.";
}
