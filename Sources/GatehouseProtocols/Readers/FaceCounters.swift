/// What happened with one face module since the start.
package struct FaceCounters: Hashable, Sendable {
    /// VERIFY commands.
    package var questions = 0
    /// Valid frames.
    package var frames = 0
    package var parity = 0
    package var halfFrames = 0
    package var matches = 0
    /// Replies about a face that was already presented.
    package var repeats = 0
    package var liveness = 0
    /// Matches with no user number: demo mode was on.
    package var demoMatches = 0
    /// Replies that nobody waited for.
    package var unsolicited = 0
    package var timeouts = 0
    /// READY notes.
    package var restarts = 0
    package var moduleErrors = 0
    /// Frames in clear that an encrypted module has no reason to send.
    package var exposed = 0
    /// Sealed frames that the session's key does not open.
    package var unopened = 0

    package init() {}
}
