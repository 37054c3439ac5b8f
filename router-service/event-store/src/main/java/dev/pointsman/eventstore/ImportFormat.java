package dev.pointsman.eventstore;

import java.util.List;

/** Turns the lines of one file into rows. */
interface ImportFormat {

  /** What the file holds, for example {@code inference} or {@code ChatInference}. */
  String name();

  /**
   * The rows of the next line.
   *
   * @throws UnreadableLineException if it is none; then nothing of it is stored
   */
  List<TableRow> read(byte[] line) throws UnreadableLineException;

  /** Completes a batch with what is in the store already; it is not asked in a dry run. */
  void complete(List<TableRow> batch);
}
