package dev.pointsman.eventstore;

import java.io.IOException;

/** Writes rounds in one format: {@link #begin}, every round once, {@link #end}. */
interface BanditWriter {

  void begin() throws IOException;

  void write(BanditRound round) throws IOException;

  /** Hands on what is still held back; the stream stays open. */
  void end() throws IOException;
}
