package dev.pointsman.gateway.testing;

import dev.pointsman.gateway.sink.AnswerHead;
import dev.pointsman.gateway.sink.AnswerSink;
import dev.pointsman.gateway.sink.CallerLeftException;
import java.nio.charset.StandardCharsets;

/** A sink that keeps what is put into it, and whose caller may leave after so many chunks. */
public final class RecordingSink implements AnswerSink {

  private final int leavesAfter;
  private final StringBuilder body = new StringBuilder();
  private AnswerHead head;
  private int chunks;
  private boolean ended;
  private boolean shielded;

  private RecordingSink(int leavesAfter) {
    this.leavesAfter = leavesAfter;
  }

  /** Whose caller stays. */
  public static RecordingSink patient() {
    return new RecordingSink(Integer.MAX_VALUE);
  }

  /** Whose caller leaves when it has so many chunks. */
  public static RecordingSink leavingAfter(int chunks) {
    return new RecordingSink(chunks);
  }

  @Override
  public void begin(AnswerHead answerHead) {
    head = answerHead;
  }

  @Override
  public void write(byte[] chunk) throws CallerLeftException {
    if (chunks == leavesAfter) {
      throw new CallerLeftException();
    }
    chunks++;
    body.append(new String(chunk, StandardCharsets.UTF_8));
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public void full(AnswerHead answerHead, byte[] bytes) {
    head = answerHead;
    body.append(new String(bytes, StandardCharsets.UTF_8));
    ended = true;
  }

  @Override
  public void fail(Throwable cause) {
    throw new AssertionError("the pipeline gave up", cause);
  }

  @Override
  public boolean callerLeft() {
    return chunks == leavesAfter;
  }

  @Override
  public void shield() {
    shielded = true;
  }

  /** The head, null before it. */
  public AnswerHead head() {
    return head;
  }

  /** The body so far. */
  public String body() {
    return body.toString();
  }

  /** Whether the answer is complete. */
  public boolean ended() {
    return ended;
  }

  /** Whether the log's line was protected. */
  public boolean shielded() {
    return shielded;
  }
}
