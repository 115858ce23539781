package io.quorate.kv;

/** What goes through the log: a change that every member applies in the same order with the same result. */
public sealed interface Command
        permits Put,
                DeleteRange,
                Txn,
                Compact,
                AlarmChange,
                PublishMember,
                Verify,
                DigestReport,
                NoteOperation,
                LeaseGrant,
                LeaseRevoke,
                LeaseExpiry,
                LeaseTakeover,
                LeaseCheckpoint,
                AuthChange,
                Login,
                Authorized,
                Audited,
                AuditEvents,
                ChangeAuditSettings {}
