package dev.pointsman.catalog;

/**
 * A place in a configuration file.
 *
 * @param file the file as it was named to the reader
 * @param line from 1; 0 = the whole file
 * @param column from 1; 0 = the whole file
 */
record SourcePlace(String file, int line, int column) {

  static SourcePlace file(String file) {
    return new SourcePlace(file, 0, 0);
  }

  @Override
  public String toString() {
    return line == 0 ? file : file + ":" + line + ":" + column;
  }
}
