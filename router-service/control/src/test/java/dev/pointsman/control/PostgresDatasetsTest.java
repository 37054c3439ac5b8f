package dev.pointsman.control;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

final class PostgresDatasetsTest extends DatasetsContract {

  private static PostgresDatabases databases;

  private String url;

  @BeforeAll
  static void start() throws IOException {
    databases = new PostgresDatabases("postgres-datasets");
  }

  @AfterAll
  static void stop() throws IOException {
    databases.close();
  }

  @Override
  ControlStore open() {
    if (url == null) {
      url = databases.fresh();
    }
    return ControlStore.open(url, Path.of("unused"), ControlStoreContract.CLOCK);
  }
}
