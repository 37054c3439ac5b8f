package dev.pointsman.trainer.text;

/**
 * How much shifts of the mean are to be believed, by how they and the outcomes that came later went
 * together: the w of least Σ (outcome − mean − w·shift)², which is Σ shift·(outcome − mean) / Σ shift²,
 * clipped to 0..1. Fed block by block.
 */
final class ForwardWeight {

  private double products;
  private double squares;

  /** By what was added so far. */
  double weight() {
    return squares == 0 ? 0 : Math.clamp(products / squares, 0, 1);
  }

  /** A prediction and what came. */
  void add(double mean, double shift, double outcome) {
    products += shift * (outcome - mean);
    squares += shift * shift;
  }
}
