package dev.pointsman.eventstore;

import java.util.List;

/**
 * What became of the dead letters that were tried again.
 *
 * @param stored how many are in the store now and were removed
 * @param refused those that still lie there, with what the store said this time
 */
public record LetterRetry(int stored, List<DeadLetter> refused) {}
