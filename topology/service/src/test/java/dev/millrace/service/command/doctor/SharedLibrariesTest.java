package dev.millrace.service.command.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedLibrariesTest {

  @TempDir Path folder;

  @Test
  void library_isFoundInAFolderBeforeTheCache() throws IOException {
    Path cached = Path.of("/usr/lib/libcudnn.so.9");
    SharedLibraries libraries =
        new SharedLibraries(List.of(folder.resolve("missing"), folder), List.of(cached));

    assertThat(libraries.find("libcudnn.so.9")).contains(cached);

    Path file = Files.createFile(folder.resolve("libcudnn.so.9"));
    assertThat(libraries.find("libcudnn.so.9")).contains(file);
  }

  @Test
  void library_ofAnotherVersionIsNone() throws IOException {
    Files.createFile(folder.resolve("libcudnn.so.90"));
    SharedLibraries libraries =
        new SharedLibraries(List.of(folder), List.of(Path.of("/usr/lib/libcudnn.so.8")));

    assertThat(libraries.find("libcudnn.so.9")).isEmpty();
  }
}
