package dev.pointsman.analysis.offpolicy;

import dev.pointsman.analysis.AllocationTest;

/**
 * One thing that must be right about a log before anything may be concluded from it.
 *
 * @param name a word, for example {@code allocation}
 * @param outcome whether it is
 * @param sentence what was found, with figures
 */
public record LogCheck(String name, AllocationTest.Outcome outcome, String sentence) {

  LogCheck named(String other) {
    return new LogCheck(other, outcome, sentence);
  }
}
