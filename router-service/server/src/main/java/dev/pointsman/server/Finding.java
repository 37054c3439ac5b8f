package dev.pointsman.server;

/**
 * One thing that the doctor looked at.
 *
 * @param check a word or two, for example {@code spool}
 * @param state how it stands
 * @param found what was seen, with figures
 * @param advice what to do, empty when nothing is
 */
record Finding(String check, State state, String found, String advice) {

  /** How a thing stands, the worst last. */
  enum State {
    OK,
    WARNING,
    PROBLEM;

    String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  static Finding ok(String check, String found) {
    return new Finding(check, State.OK, found, "");
  }

  static Finding warning(String check, String found, String advice) {
    return new Finding(check, State.WARNING, found, advice);
  }

  static Finding problem(String check, String found, String advice) {
    return new Finding(check, State.PROBLEM, found, advice);
  }
}
