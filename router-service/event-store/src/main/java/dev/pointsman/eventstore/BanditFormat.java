package dev.pointsman.eventstore;

import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A form that programs for contextual bandits read. Cost is minus the reward; the probability is the
 * logged propensity.
 */
public enum BanditFormat {
  /** Vowpal Wabbit text for {@code --cb_adf}: a block of lines per decision. */
  VW_ADF("txt"),
  /** Vowpal Wabbit text for {@code --cb N}: one line per decision, actions numbered from 1. */
  VW_CB("txt"),
  /** Vowpal Wabbit's {@code --dsjson}: one JSON object per line. */
  VW_DSJSON("jsonl"),
  /** The Open Bandit Pipeline's {@code bandit_feedback} by field names, as JSON lines. */
  OBP_JSONL("jsonl"),
  /** The columns of the Open Bandit Dataset's CSV files. */
  OBP_CSV("csv");

  private final String extension;

  BanditFormat(String extension) {
    this.extension = extension;
  }

  /** The name, for example {@code vw-adf}. */
  public String formatName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** How a file's name usually ends. */
  public String extension() {
    return extension;
  }

  /**
   * The format of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists them
   */
  public static BanditFormat ofName(String name) {
    for (BanditFormat format : values()) {
      if (format.formatName().equals(name)) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "there is no format '%s' for decisions; formats are %s"
            .formatted(
                name,
                Arrays.stream(values())
                    .map(BanditFormat::formatName)
                    .collect(Collectors.joining(", "))));
  }

  BanditWriter writer(
      long rounds,
      BanditVocabulary vocabulary,
      DecisionExport.Selection selection,
      OutputStream out) {
    return switch (this) {
      case VW_ADF -> new VowpalWabbitText(vocabulary, true, out);
      case VW_CB -> new VowpalWabbitText(vocabulary, false, out);
      case VW_DSJSON -> new VowpalWabbitJson(out);
      case OBP_JSONL -> new OpenBanditLines(rounds, vocabulary, selection, out);
      case OBP_CSV -> new OpenBanditCsv(vocabulary, out);
    };
  }

  List<String> contextNames(BanditVocabulary vocabulary) {
    return switch (this) {
      case OBP_JSONL -> vocabulary.columnNames();
      case OBP_CSV -> vocabulary.featureNames();
      case VW_ADF, VW_CB, VW_DSJSON -> List.of();
    };
  }
}
