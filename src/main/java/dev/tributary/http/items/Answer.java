package dev.tributary.http.items;

import dev.tributary.document.Problem;
import dev.tributary.http.reply.ProblemDocument;
import dev.tributary.http.reply.ProblemType;
import dev.tributary.http.reply.Reply;
import dev.tributary.items.WriteResult;
import java.util.Optional;

/**
 * The result of a request.
 *
 * @param outcome for the meter
 * @param refusal for the health of the table; empty if the request succeeded
 */
record Answer(Reply reply, String outcome, Optional<Problem> refusal) {

    static Answer of(ItemPaths paths, WriteResult result) {
        return result instanceof WriteResult.Refused refused
                ? refused(refused.problem())
                : new Answer(ItemReplies.of(paths, result), ResourceHandler.outcome(result), Optional.empty());
    }

    static Answer refused(Problem problem) {
        return new Answer(
                ProblemDocument.of(problem).reply(),
                ProblemType.of(problem.kind()).slug(),
                Optional.of(problem));
    }
}
