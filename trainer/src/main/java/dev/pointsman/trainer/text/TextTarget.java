package dev.pointsman.trainer.text;

/**
 * One figure of an answer, as a text model learns it: in units in which the segment's mean is known.
 */
enum TextTarget {

  /** The reward, in points of quality. */
  QUALITY {
    @Override
    double unit(SegmentMean mean, TextSample sample) {
      return 1;
    }

    @Override
    double mean(SegmentMean mean, TextSample sample) {
      return mean.quality()[sample.arm()];
    }

    @Override
    double outcome(SegmentMean mean, TextSample sample) {
      return sample.reward();
    }

    @Override
    double learnt(SegmentMean mean, TextSample sample) {
      return sample.reward() - mean.quality()[sample.arm()];
    }
  },

  /** The output tokens, in means of the segment; learnt as a logarithm, since a few are very long. */
  TOKENS {
    @Override
    double unit(SegmentMean mean, TextSample sample) {
      return mean.outputTokens()[sample.arm()];
    }

    @Override
    double mean(SegmentMean mean, TextSample sample) {
      return 1;
    }

    @Override
    double outcome(SegmentMean mean, TextSample sample) {
      return sample.outputTokens() / unit(mean, sample);
    }

    @Override
    double learnt(SegmentMean mean, TextSample sample) {
      return StrictMath.log((1 + sample.outputTokens()) / (1 + unit(mean, sample)));
    }
  };

  /** What 1 is worth: points of quality, or tokens. */
  abstract double unit(SegmentMean mean, TextSample sample);

  /** What the segment's mean expects, in units. */
  abstract double mean(SegmentMean mean, TextSample sample);

  /** What came, in units. */
  abstract double outcome(SegmentMean mean, TextSample sample);

  /** What the scores are fitted to; 0 where the outcome is the segment's mean. */
  abstract double learnt(SegmentMean mean, TextSample sample);
}
