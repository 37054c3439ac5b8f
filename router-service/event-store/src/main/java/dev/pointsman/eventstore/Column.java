package dev.pointsman.eventstore;

/**
 * A column of the contract.
 *
 * @param name its name in both stores, in exports and in the interface
 * @param kind what it holds
 * @param nullable whether null may stand there, which means unknown or not applicable
 */
record Column(String name, Kind kind, boolean nullable) {

  /** What a column holds; each engine has its own type for it. */
  enum Kind {
    /** A UUID. */
    ID,
    /** Text of which every row may have another. */
    TEXT,
    /** Text of which there are few different ones. */
    NAME,
    /** UTC with microseconds. */
    TIME,
    /** A signed 32-bit number. */
    SMALL,
    /** A signed 64-bit number. */
    WHOLE,
    /** A double. */
    REAL,
    /** Dollars, exact to nine places; in views only. */
    MONEY,
    /** True or false. */
    FLAG,
    /** Text by text. */
    TEXTS,
    /** Doubles by text. */
    SHARES,
    /** A list of text. */
    NAMES,
    /** A list of doubles. */
    REALS,
    /** A list of 64-bit numbers; null among them is unknown. */
    WHOLES;

    boolean isNested() {
      return this == TEXTS || this == SHARES || this == NAMES || this == REALS || this == WHOLES;
    }
  }
}
