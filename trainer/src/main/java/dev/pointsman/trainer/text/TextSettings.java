package dev.pointsman.trainer.text;

/**
 * How a text model is fitted. There is no penalty to set: passes and step bound how far the weights
 * can get from zero, which regularises a sparse linear model as a ridge does.
 *
 * @param epochs passes over the rows, at least one
 * @param learningRate first step of the gradient descent, the t-th is its 1/√t; above zero
 * @param seed decides the order of rows; the same rows, settings and seed give the same bytes
 */
public record TextSettings(int epochs, double learningRate, long seed) {

  /** What the measured sources like best on average. */
  public static final TextSettings DEFAULT = new TextSettings(3, 0.3, 1);

  public TextSettings {
    if (epochs < 1 || !(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "epochs must be >= 1 and learning_rate > 0: %d and %s".formatted(epochs, learningRate));
    }
  }
}
