package dev.pointsman.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedControlStoreTest extends ControlStoreContract {

  @TempDir Path directory;

  @Override
  ControlStore open() {
    return ControlStore.open(ControlStore.EMBEDDED, directory, CLOCK);
  }

  @Test
  void open_embedded_makesOneFileInTheDataDirectory() {
    assertThat(directory.resolve("control.mv.db")).exists();
  }

  @Test
  void embeddedUrl_always_writesAtOnce() {
    assertThat(ControlStore.embeddedUrl(directory)).contains(";WRITE_DELAY=0");
  }

  @Test
  void open_unknownDatabase_saysWhatIsAllowed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ControlStore.open("jdbc:mysql://x", directory, CLOCK))
        .withMessageContaining("store.control must be \"embedded\" or start with jdbc:postgresql:")
        .withMessageContaining("jdbc:mysql://x");
  }

  @Test
  void open_brokenFile_namesTheStoreInTheError(@TempDir Path broken) throws Exception {
    Files.writeString(broken.resolve("control.mv.db"), "not a database");
    assertThatIllegalStateException()
        .isThrownBy(() -> ControlStore.open(ControlStore.EMBEDDED, broken, CLOCK))
        .withMessageContaining("cannot open the control store")
        .withMessageContaining(broken.toString());
  }
}
