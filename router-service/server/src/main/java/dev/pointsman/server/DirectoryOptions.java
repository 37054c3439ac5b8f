package dev.pointsman.server;

import dev.pointsman.catalog.FunctionCatalog;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that every command has which works on the data of a service. */
final class DirectoryOptions {

  @Option(
      names = "--data",
      description = "Data directory. Default: the configuration's store.data_directory, else data.")
  private @Nullable Path data;

  @Option(
      names = "--config-file",
      description =
          "The service's configuration, which says where its events are stored and what a reward"
              + " is: a TOML file or a glob; several are merged. Default: pointsman.toml when it is"
              + " there.")
  private @Nullable List<String> configFiles;

  private @Nullable FunctionCatalog catalog;

  /** The configuration, read when it is first needed. */
  FunctionCatalog catalog() {
    FunctionCatalog read = catalog;
    if (read == null) {
      read =
          Configuration.load(reader -> reader.read(Configuration.files(configFiles)), System.err);
      catalog = read;
    }
    return read;
  }

  /** The directory, which may not be there. */
  DataDirectory directory() {
    return new DataDirectory(data == null ? Path.of(catalog().store().dataDirectory()) : data);
  }

  /** The directory, which must be there. */
  DataDirectory existing() {
    DataDirectory directory = directory();
    if (!Files.isDirectory(directory.path())) {
      throw new CommandFailure(
          Pointsman.FOUND_A_PROBLEM,
          "there is no data directory %s; name it with --data".formatted(directory.path()));
    }
    return directory;
  }

  /**
   * Opens a directory on which no service runs.
   *
   * @param directory one of this command's
   * @param what what needs it, as the subject of a sentence
   */
  StoppedDirectory open(DataDirectory directory, String what) {
    directory.requireStopped(what);
    return StoppedDirectory.open(directory, catalog().store(), what);
  }
}
