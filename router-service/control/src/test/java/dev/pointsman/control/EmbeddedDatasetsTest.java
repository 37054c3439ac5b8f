package dev.pointsman.control;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedDatasetsTest extends DatasetsContract {

  @TempDir Path directory;

  @Override
  ControlStore open() {
    return ControlStore.open(ControlStore.EMBEDDED, directory, ControlStoreContract.CLOCK);
  }
}
