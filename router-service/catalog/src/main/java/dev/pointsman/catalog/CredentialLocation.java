package dev.pointsman.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a secret is found. A location is configuration, the secret behind it never is. */
public sealed interface CredentialLocation {

  /**
   * The secret, as it is now.
   *
   * @param environment the process's environment
   * @return the secret without white space around it; null when there is none at this place
   */
  @Nullable String resolve(Map<String, String> environment);

  /** No secret is sent: {@code none}. */
  record None() implements CredentialLocation {
    @Override
    public @Nullable String resolve(Map<String, String> environment) {
      return null;
    }

    @Override
    public String toString() {
      return "none";
    }
  }

  /** An environment variable: {@code env::NAME}. */
  record EnvironmentVariable(String name) implements CredentialLocation {
    @Override
    public @Nullable String resolve(Map<String, String> environment) {
      String value = environment.get(name);
      return value == null || value.isBlank() ? null : value.strip();
    }

    @Override
    public String toString() {
      return "env::" + name;
    }
  }

  /** A file's content: {@code path::FILE}, relative to the directory of the process. */
  record SecretFile(String path) implements CredentialLocation {
    @Override
    public @Nullable String resolve(Map<String, String> environment) {
      try {
        String value = Files.readString(Path.of(path)).strip();
        return value.isEmpty() ? null : value;
      } catch (IOException _) {
        return null;
      }
    }

    @Override
    public String toString() {
      return "path::" + path;
    }
  }

  /** One place, and another one to look at when nothing is there: {@code {default, fallback}}. */
  record Either(CredentialLocation first, CredentialLocation fallback)
      implements CredentialLocation {
    @Override
    public @Nullable String resolve(Map<String, String> environment) {
      String value = first.resolve(environment);
      return value == null ? fallback.resolve(environment) : value;
    }

    @Override
    public String toString() {
      return first + ", else " + fallback;
    }
  }

  /**
   * A location as it is written.
   *
   * @throws IllegalArgumentException with what is accepted, if it is none
   */
  static CredentialLocation parse(String written) {
    if (written.equals("none")) {
      return new None();
    }
    if (written.startsWith("env::") && written.substring(5).matches("[A-Za-z_][A-Za-z0-9_]*")) {
      return new EnvironmentVariable(written.substring(5));
    }
    if (written.startsWith("path::") && isPath(written.substring(6))) {
      return new SecretFile(written.substring(6));
    }
    if (written.startsWith("dynamic::")) {
      throw new IllegalArgumentException(
          "credentials sent with the request (dynamic::) are not supported yet:"
              + " use env::NAME or path::FILE");
    }
    throw new IllegalArgumentException(
        "a credential is found at env::NAME, path::FILE or none; a secret itself must not be"
            + " written here");
  }

  private static boolean isPath(String text) {
    if (text.isBlank()) {
      return false;
    }
    try {
      return !Path.of(text).toString().isEmpty();
    } catch (InvalidPathException _) {
      return false;
    }
  }
}
