package dev.pointsman.worlds;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a simulated user wants to know.
 *
 * @param kind the kind of request
 * @param prompt the text that is sent
 * @param rightAnswer the whole number that a right answer ends with
 */
public record Question(RequestKind kind, String prompt, long rightAnswer) {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?\\d{1,18}");

  /** Whether an answer is right: the last whole number in its text is the right one. */
  public boolean isAnsweredBy(String answer) {
    Matcher matcher = WHOLE_NUMBER.matcher(answer);
    String last = "";
    while (matcher.find()) {
      last = matcher.group();
    }
    return last.equals(Long.toString(rightAnswer));
  }
}
