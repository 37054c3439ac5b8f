package dev.pointsman.catalog;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.tomlj.Toml;
import org.tomlj.TomlParseError;
import org.tomlj.TomlParseResult;

/**
 * Reads configuration files into a checked {@link FunctionCatalog}, or says what is wrong with them:
 * everything at once, each with its place. Never throws because of what stands in a file.
 */
public final class CatalogReader {

  /** Stands for the content of a file that cannot be read; no text file holds it. */
  private static final String UNREADABLE = "\0";

  private final Map<String, ProviderKind> kinds;
  private final Map<String, String> environment;

  /**
   * A reader.
   *
   * @param kinds the kinds of providers that exist
   * @param environment the environment variables of the process
   */
  public CatalogReader(List<ProviderKind> kinds, Map<String, String> environment) {
    this.kinds =
        new TreeMap<>(
            kinds.stream().collect(Collectors.toMap(ProviderKind::name, Function.identity())));
    this.environment = Map.copyOf(environment);
  }

  /**
   * Reads files and merges them.
   *
   * @param filesOrGlobs paths of TOML files, or patterns such as {@code conf/*.toml} and {@code
   *     conf/**}{@code /*.toml}; none = the defaults, with nothing configured
   */
  public CatalogReading read(List<String> filesOrGlobs) {
    return outcome(filesOrGlobs).reading();
  }

  /**
   * Reads a text as if it stood in a file; schemas and templates are read from the disk, relative to
   * that file.
   *
   * @param name the file's name, as it will be in diagnostics
   */
  public CatalogReading readText(String name, String toml) {
    return new Reading(Files::readString).read(new TreeMap<>(Map.of(name, toml))).reading();
  }

  /**
   * Reads a text as if it stood in a file, and nothing from the disk.
   *
   * @param name the file's name, as it will be in diagnostics
   * @param files schemas and templates by the path written in the text
   */
  public CatalogReading readText(String name, String toml, Map<String, String> files) {
    ReferencedFiles.Content content =
        path -> {
          Path parent = Path.of(name).getParent();
          String asWritten = (parent == null ? path : parent.relativize(path)).toString();
          String text = files.get(asWritten);
          if (text == null) {
            throw new NoSuchFileException(asWritten);
          }
          return text;
        };
    return new Reading(content).read(new TreeMap<>(Map.of(name, toml))).reading();
  }

  /**
   * What was read, and of what.
   *
   * @param content what every file held that was named, by its path; {@link #UNREADABLE} for those
   *     that are missing or cannot be read
   */
  record Outcome(CatalogReading reading, SortedMap<String, String> content) {}

  Outcome outcome(List<String> filesOrGlobs) {
    Reading reading = new Reading(Files::readString);
    TreeMap<String, String> texts = new TreeMap<>();
    for (String pattern : filesOrGlobs) {
      reading.load(pattern, texts);
    }
    return reading.read(texts);
  }

  /** One reading of one set of files. */
  private final class Reading {
    private final Problems problems = new Problems();
    private final SortedMap<String, String> content = new TreeMap<>();
    private final ReferencedFiles files;

    Reading(ReferencedFiles.Content source) {
      files =
          new ReferencedFiles(
              path -> {
                content.put(path.toString(), UNREADABLE);
                String text = source.of(path);
                content.put(path.toString(), text);
                return text;
              },
              problems);
    }

    void load(String pattern, SortedMap<String, String> texts) {
      List<Path> paths;
      try {
        paths = matching(pattern);
      } catch (IOException | InvalidPathException | PatternSyntaxException e) {
        problems.error(SourcePlace.file(pattern), "cannot be looked up: " + e.getMessage());
        return;
      }
      if (paths.isEmpty()) {
        problems.error(
            SourcePlace.file(pattern),
            isGlob(pattern) ? "no file matches this pattern" : "there is no such file");
      }
      for (Path path : paths) {
        try {
          texts.put(path.toString(), Files.readString(path));
        } catch (CharacterCodingException _) {
          problems.error(SourcePlace.file(path.toString()), "is not UTF-8 text");
        } catch (IOException e) {
          problems.error(SourcePlace.file(path.toString()), "cannot be read: " + e.getMessage());
        }
      }
    }

    Outcome read(SortedMap<String, String> texts) {
      content.putAll(texts);
      TomlNode.Table merged = null;
      for (Map.Entry<String, String> file : texts.entrySet()) {
        TomlNode.Table table = parse(file.getKey(), file.getValue());
        if (table != null) {
          merged = merged == null ? table : TomlNode.merge(List.of(), merged, table, problems);
        }
      }
      if (problems.anyError()) {
        // What a broken file meant is a guess, and guesses would report errors nobody made.
        return new Outcome(new CatalogReading.Rejected(problems.inOrder()), content);
      }
      if (merged == null) {
        merged = TomlNode.of(Toml.parse(""), SourcePlace.file(""));
      }
      FunctionCatalog catalog = catalog(new Section("", "", merged, problems), texts);
      return new Outcome(
          problems.anyError()
              ? new CatalogReading.Rejected(problems.inOrder())
              : new CatalogReading.Loaded(catalog, problems.inOrder()),
          content);
    }

    private TomlNode.@Nullable Table parse(String file, String text) {
      try {
        TomlParseResult result = Toml.parse(text);
        for (TomlParseError error : result.errors()) {
          problems.error(
              new SourcePlace(file, error.position().line(), error.position().column()),
              error.getMessage() == null ? "syntax error" : error.getMessage());
        }
        return result.errors().isEmpty() ? TomlNode.of(result, SourcePlace.file(file)) : null;
      } catch (StackOverflowError _) {
        problems.error(SourcePlace.file(file), "is nested too deeply");
        return null;
      }
    }

    private FunctionCatalog catalog(Section root, SortedMap<String, String> texts) {
      ProcessSettingsReader process = new ProcessSettingsReader(environment, problems);
      GatewaySettings gateway = process.gateway(root.child("gateway", "gateway"));
      Section storeSection = root.child("store", "store");
      StoreSettings store = process.store(storeSection);
      Map<String, MetricDefinition> metrics = MetricReader.read(root);
      Map<String, ToolDefinition> tools = ToolReader.read(root, files);
      ModelReader modelReader = new ModelReader(kinds, environment, problems);
      Map<String, ModelDefinition> models = modelReader.read(root);
      Map<String, EmbeddingModelDefinition> embeddingModels = modelReader.readEmbedding(root);
      TemplateLanguage language = new TemplateLanguage(files.read()::get);
      VariantReader variants = new VariantReader(files, language, models.keySet(), kinds.keySet());
      Map<String, FunctionDefinition> functions =
          new FunctionReader(variants, files, models, embeddingModels, metrics, tools).read(root);
      if (storeSection != null) {
        ProcessSettingsReader.checkRetention(storeSection, store.retention(), functions.values());
      }
      TreeMap<String, String> masked = new TreeMap<>();
      texts.forEach((file, text) -> masked.put(file, ConfigHash.masked(text)));
      return new FunctionCatalog(
          ConfigHash.of(masked, files.read()),
          ConfigHash.text(masked, files.read()),
          gateway,
          store,
          functions,
          models,
          embeddingModels,
          metrics,
          tools);
    }
  }

  private static boolean isGlob(String pattern) {
    return pattern.chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  static List<Path> matching(String pattern) throws IOException {
    if (!isGlob(pattern)) {
      Path path = Path.of(pattern);
      return Files.exists(path) ? List.of(path) : List.of();
    }
    int wild = 0;
    while ("*?[{".indexOf(pattern.charAt(wild)) < 0) {
      wild++;
    }
    int slash = pattern.lastIndexOf('/', wild);
    Path root =
        slash < 0 ? Path.of("") : slash == 0 ? Path.of("/") : Path.of(pattern.substring(0, slash));
    PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> walk =
        Files.walk(root, pattern.contains("**") ? 16 : depth(pattern, slash))) {
      return List.copyOf(
          walk.filter(Files::isRegularFile)
              .filter(matcher::matches)
              .collect(Collectors.toCollection(TreeSet::new)));
    }
  }

  private static int depth(String pattern, int slash) {
    return 1 + (int) pattern.substring(slash + 1).chars().filter(c -> c == '/').count();
  }
}
