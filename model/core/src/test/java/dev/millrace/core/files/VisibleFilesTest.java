package dev.millrace.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VisibleFilesTest {

  @TempDir Path home;

  private final List<String> complaints = new ArrayList<>();

  private Path write(String name) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, "content");
  }

  private List<Path> below(Path folder) throws IOException {
    return VisibleFiles.below(
        folder, file -> !file.getFileName().toString().equals("unwanted"), complaints::add);
  }

  @Test
  void hiddenFilesAndFolders_areSkipped_atEveryDepth() throws IOException {
    Path one = write("one");
    Path two = write("folder/deep/two");
    write(".three");
    write("folder/.hidden/four");
    write("folder/unwanted");

    assertThat(below(home)).containsExactlyInAnyOrder(one, two);
    assertThat(complaints).isEmpty();
  }

  @Test
  void theFolderItself_mayBeHidden() throws IOException {
    Path file = write(".hidden/one");

    assertThat(below(home.resolve(".hidden"))).containsExactly(file);
  }

  @Test
  void linkToAFolderAboveIt_isSkipped() throws IOException {
    Path file = write("folder/one");
    Files.createSymbolicLink(home.resolve("folder/again"), home);

    assertThat(below(home)).containsExactly(file);
    assertThat(complaints).singleElement().asString().contains("again is skipped: the link leads");
  }

  @Test
  void linkToAFile_isFollowed() throws IOException {
    Path file = write("folder/one");
    Path link = Files.createSymbolicLink(home.resolve("folder/link"), file);

    assertThat(below(home)).containsExactlyInAnyOrder(file, link);
  }
}
