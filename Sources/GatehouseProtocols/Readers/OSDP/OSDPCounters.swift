package import GatehouseCore

/// What happened with one reader since the start.
package struct OSDPCounters: Hashable, Sendable {
    /// Valid replies.
    package var frames = 0
    /// Frames with a wrong check, or a malformed security block, while this reader was asked.
    package var checkErrors = 0
    package var naks = 0
    /// Frames sent again, octet for octet.
    package var retries = 0
    package var timeouts = 0
    package var busy = 0
    /// Starts over with sequence 0, asked for by the reader (NAK 4, sequence 0).
    package var restarts = 0
    /// Replies with another sequence number than the command: late or doubled.
    package var wrongSequence = 0
    /// Replies with a security block that nobody waited for: all of them in clear text, strange ones in a session.
    package var securedReplies = 0
    /// Sessions begun.
    package var sessions = 0
    /// Sessions that the reader gave up: it restarted, or lost the chain.
    package var sessionsLost = 0
    /// Repeated commands that the reader took for new ones and refused: each costs a handshake, and perhaps an event.
    package var refusedRepeats = 0
    /// Sessions that were ended here, because of what came in them.
    package var sessionsDropped = 0
    /// Handshakes that came to nothing.
    package var handshakeFailures = 0
    /// Replies with a wrong MAC: forged, or played again.
    package var wrongMACs = 0
    /// Replies in clear of a reader that has to be secured.
    package var clearReplies = 0
    /// Replies with a MAC whose data anybody could read.
    package var openReplies = 0
    /// Events that came a second time after a restart.
    package var duplicates = 0
    /// Replies that are passed over: unknown codes, or events that are no answer to POLL.
    package var passedOver = 0
    /// Answers in parts that do not fit together, or are too long.
    package var spoiltParts = 0
    /// Commands that the reader refused.
    package var refusedCommands = 0
    /// Commands that were dropped because the reader was away, the queue was full, or they were too old.
    package var droppedCommands = 0
    /// Events whose storing took longer than the wait; the reader was polled on.
    package var lateStores = 0
    /// Frames of its address that nobody had asked for.
    package var unaskedFrames = 0
    /// Times the reader was put aside because it babbles.
    package var quarantines = 0
    /// Times the reader went offline.
    package var losses = 0
    package var lastSeen: MonotonicTime?

    package init() {}
}

/// What happened on the bus that belongs to no single reader.
package struct OSDPBusCounters: Hashable, Sendable {
    /// Octets while no command was out.
    package var strayOctets = 0
    /// Replies of another address than the one asked: late, or two readers with one address.
    package var wrongAddress = 0
    /// Our own frames, heard by an adapter that echoes.
    package var echoes = 0
    /// Commands that are not ours: a second panel is on the bus.
    package var foreignCommands = 0

    package init() {}
}
