package dev.pointsman.analysis.offpolicy;

import java.util.List;

/** A fitted model q̂ of the reward of each arm. */
@FunctionalInterface
public interface OutcomeModel {

  /** q̂ of every arm in the decision's segment. */
  double[] expected(LoggedChoice choice);

  /** A way to fit a model. */
  @FunctionalInterface
  interface Fit {

    /** The model fitted on these decisions, in order of decision; there may be none yet. */
    OutcomeModel on(List<LoggedChoice> earlier);
  }
}
