package dev.pointsman.control;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.ApplicationContextConfiguration;
import io.micronaut.context.env.PropertySource;
import io.micronaut.data.connection.jdbc.advice.DelegatingDataSource;
import io.micronaut.data.exceptions.DataAccessException;
import io.micronaut.data.jdbc.runtime.JdbcOperations;
import io.micronaut.data.model.Pageable;
import io.micronaut.data.model.Sort;
import io.micronaut.transaction.TransactionOperations;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * What people and the trainer decided, as opposed to what happened: the installation's salt,
 * generations and the gate, prior evidence, datasets, the audit trail. Kept in an H2 file or in
 * PostgreSQL; both are used by the same repositories and migrated by the same scripts.
 *
 * <p>A store opens its own small bean context, so that it works the same in a server, in a command
 * and in a test. Safe for concurrent use; every call may block on the database and has no place on a
 * request thread.
 */
public final class ControlStore implements AutoCloseable {

  /** The value of {@code store.control} that means the H2 file in the data directory. */
  public static final String EMBEDDED = "embedded";

  private final ControlContext context;
  private final GenerationRepository generations;
  private final GateStandingRepository standings;
  private final InstallationRepository installations;
  private final PriorEvidenceRepository priors;
  private final AuditRepository audits;
  private final TransactionOperations<Connection> transactions;
  private final Datasets datasets;
  private final InstantSource clock;
  private volatile byte @Nullable [] salt;

  @SuppressWarnings("unchecked")
  private ControlStore(ControlContext context, InstantSource clock) {
    this.context = context;
    this.clock = clock;
    this.generations = context.getBean(GenerationRepository.class);
    this.standings = context.getBean(GateStandingRepository.class);
    this.installations = context.getBean(InstallationRepository.class);
    this.priors = context.getBean(PriorEvidenceRepository.class);
    this.audits = context.getBean(AuditRepository.class);
    this.transactions = context.getBean(TransactionOperations.class);
    this.datasets =
        new Datasets(
            context.getBean(DatapointRepository.class),
            context.getBean(JdbcOperations.class),
            transactions);
  }

  /**
   * Opens the store that {@code store.control} names, and migrates it.
   *
   * @param control {@value #EMBEDDED} or a PostgreSQL JDBC URL
   * @param dataDirectory where the embedded database lies; it must exist
   * @param clock stamps what is minted
   * @throws IllegalArgumentException if {@code control} is neither
   * @throws IllegalStateException if the database cannot be opened or migrated
   */
  public static ControlStore open(String control, Path dataDirectory, InstantSource clock) {
    if (control.equals(EMBEDDED)) {
      return openUrl(embeddedUrl(dataDirectory), clock);
    }
    if (control.startsWith("jdbc:postgresql:")) {
      return openUrl(control, clock);
    }
    throw new IllegalArgumentException(
        "store.control must be \"embedded\" or start with jdbc:postgresql: — found " + control);
  }

  /**
   * The embedded database's JDBC URL. {@code WRITE_DELAY=0} is needed: H2's default loses the last
   * commits, even halves of transactions, when the process is killed.
   */
  static String embeddedUrl(Path dataDirectory) {
    return "jdbc:h2:file:"
        + dataDirectory.toAbsolutePath().resolve("control")
        + ";MODE=PostgreSQL;DATABASE_TO_LOWER=TRUE;DEFAULT_NULL_ORDERING=HIGH;WRITE_DELAY=0";
  }

  private static ControlStore openUrl(String url, InstantSource clock) {
    boolean embedded = url.startsWith("jdbc:h2:");
    Map<String, Object> properties =
        Map.of(
            "datasources.default.url",
            url,
            "datasources.default.driver-class-name",
            embedded ? "org.h2.Driver" : "org.postgresql.Driver",
            // A PostgreSQL URL brings its user; an empty name would override it.
            embedded ? "datasources.default.username" : "datasources.default.pool-name",
            embedded ? "sa" : "pointsman-control",
            "datasources.default.dialect",
            "POSTGRES",
            "datasources.default.schema-generate",
            "NONE",
            "datasources.default.minimum-idle",
            1,
            "datasources.default.maximum-pool-size",
            8);
    ControlContext context =
        new ControlContext(
            (ApplicationContextConfiguration)
                ApplicationContext.builder()
                    .deduceEnvironment(false)
                    .enableDefaultPropertySources(false)
                    .environmentPropertySource(false)
                    .banner(false));
    context.getEnvironment().addPropertySource(PropertySource.of("control", properties));
    try {
      context.start();
      Flyway.configure(ControlStore.class.getClassLoader())
          .dataSource(DelegatingDataSource.unwrapDataSource(context.getBean(DataSource.class)))
          .locations("classpath:db/control")
          .table("control_migration")
          .load()
          .migrate();
      return new ControlStore(context, clock);
    } catch (RuntimeException e) {
      context.close();
      throw new IllegalStateException(
          "cannot open the control store %s: %s".formatted(withoutSecrets(url), rootMessage(e)), e);
    }
  }

  /**
   * The 16 bytes that key all draws of this installation. Minted at the first call ever; of several
   * processes that try at once, one wins and all get its bytes.
   */
  public byte[] salt() {
    byte[] known = salt;
    if (known == null) {
      known = findSalt().orElseGet(this::mintSalt);
      salt = known;
    }
    return known.clone();
  }

  private Optional<byte[]> findSalt() {
    return installations.findById(Installation.ONLY).map(Installation::salt);
  }

  private byte[] mintSalt() {
    byte[] minted = new byte[Installation.SALT_BYTES];
    new SecureRandom().nextBytes(minted);
    try {
      installations.save(new Installation(Installation.ONLY, minted, now()));
      return minted;
    } catch (DataAccessException e) {
      // Another process may have been first; then its salt is the installation's.
      return findSalt().orElseThrow(() -> e);
    }
  }

  /** The generation that decides for a function, empty before the first. */
  public Optional<Generation> currentGeneration(String functionName) {
    return generation(functionName, Generation.Status.SERVING);
  }

  /**
   * The generation of a function that is doing that.
   *
   * @param status any but {@link Generation.Status#RETIRED}, which many are
   */
  public Optional<Generation> generation(String functionName, Generation.Status status) {
    return generations.findByFunctionNameAndStatus(functionName, status);
  }

  /** The generation of that id. */
  public Optional<Generation> generation(String id) {
    return generations.findById(id);
  }

  /** All generations of a function, latest first. */
  public List<Generation> generations(String functionName) {
    return generations.findByFunctionNameOrderByCreatedAtDesc(functionName);
  }

  /** An id that no generation has yet: {@code g-1}, {@code g-2}, … */
  public String nextGenerationId() {
    long number = generations.count() + 1;
    while (generations.existsById("g-" + number)) {
      number++;
    }
    return "g-" + number;
  }

  /**
   * Stores a generation that serves. It takes the place of the function's serving one and of all that
   * stands beside that, in the same transaction.
   *
   * @throws DataAccessException if its id is taken
   * @throws IllegalArgumentException if it does not serve
   */
  public void register(Generation generation) {
    if (generation.status() != Generation.Status.SERVING) {
      throw new IllegalArgumentException(
          "%s is %s: a challenger is registered with its standing"
              .formatted(generation.id(), generation.status()));
    }
    transactions.executeWrite(
        status -> {
          generations.retireAll(generation.functionName());
          return generations.save(generation);
        });
  }

  /**
   * Stores a challenger with where it stands. It takes the place of all that stands beside the
   * serving generation, in the same transaction.
   *
   * @throws DataAccessException if its id is taken
   * @throws IllegalArgumentException if it is none, or the standing is another's
   */
  public void registerChallenger(Generation generation, GateStanding standing) {
    if (generation.status() != Generation.Status.CHALLENGER
        || !standing.generationId().equals(generation.id())) {
      throw new IllegalArgumentException(
          "%s is %s and the standing is that of %s: one challenger was to be registered"
              .formatted(generation.id(), generation.status(), standing.generationId()));
    }
    transactions.executeWrite(
        status -> {
          generations.retireBesideServing(generation.functionName());
          generations.save(generation);
          return standings.save(standing);
        });
  }

  /** Where a generation stands at the gate; empty when it never was there. */
  public Optional<GateStanding> standing(String generationId) {
    return standings.findById(generationId);
  }

  /**
   * Stores what generations are doing from now on and where one of them stands, all or nothing.
   *
   * @param statuses by the id of a generation
   * @param standing of a generation that was registered as a challenger
   */
  public void move(Map<String, Generation.Status> statuses, GateStanding standing) {
    transactions.executeWrite(
        status -> {
          statuses.forEach(generations::setStatus);
          return standings.update(standing);
        });
  }

  /** Stores what generations are doing from now on, all or nothing. */
  public void move(Map<String, Generation.Status> statuses) {
    transactions.executeWrite(
        status -> {
          statuses.forEach(generations::setStatus);
          return statuses.size();
        });
  }

  /** What was learnt about a function outside its log; empty when nothing was. */
  public Optional<PriorEvidence> priorEvidence(String functionName) {
    return priors.findById(functionName);
  }

  /** Stores prior evidence, in place of what its function had. */
  public void setPriorEvidence(PriorEvidence evidence) {
    transactions.executeWrite(
        status -> {
          priors.deleteById(evidence.functionName());
          return priors.save(evidence);
        });
  }

  /** Forgets a function's prior evidence; of one that has none, does nothing. */
  public void removePriorEvidence(String functionName) {
    priors.deleteById(functionName);
  }

  /** People's datasets. */
  public Datasets datasets() {
    return datasets;
  }

  /** Stores one act. */
  public void audit(AuditEntry entry) {
    audits.save(entry);
  }

  /**
   * The latest acts, latest first.
   *
   * @param limit how many at most, above 0
   */
  public List<AuditEntry> auditEntries(int limit) {
    return audits.list(
        Pageable.from(0, limit, Sort.of(Sort.Order.desc("at"), Sort.Order.desc("id")))
            .withoutTotal());
  }

  @Override
  public void close() {
    context.close();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private static String withoutSecrets(String url) {
    return url.replaceAll("(?i)(password=)[^&;]*", "$1***").replaceAll("//[^/@]*@", "//***@");
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage());
  }
}
