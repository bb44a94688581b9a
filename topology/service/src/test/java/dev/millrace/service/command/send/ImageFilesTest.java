package dev.millrace.service.command.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {

  @TempDir Path folder;

  @Test
  void folder_givesSortedRelativePaths() throws IOException {
    make("dogs/2.png", "cats/b/1.JPEG", "cats/a.jpg", "zebra.webp", "notes.txt", "jpg");

    assertThat(ids(false, folder))
        .containsExactly("cats/a.jpg", "cats/b/1.JPEG", "dogs/2.png", "zebra.webp");
    assertThat(ids(true, folder)).contains("notes.txt", "jpg");
  }

  @Test
  void hiddenFiles_arePassedOver_unlessNamed() throws IOException {
    make("a.jpg", ".b.jpg", ".hidden/c.jpg");

    assertThat(ids(true, folder)).containsExactly("a.jpg");
    assertThat(ids(false, folder.resolve(".hidden"), folder.resolve(".b.jpg")))
        .containsExactly("c.jpg", ".b.jpg");
  }

  @Test
  void file_isCalledByItsName() throws IOException {
    make("cats/a.jpg", "cats/notes.txt");

    assertThat(ids(false, folder.resolve("cats/a.jpg"), folder.resolve("cats/../cats/notes.txt")))
        .containsExactly("a.jpg", "notes.txt");
  }

  @Test
  void label_isTheFoldersName() throws IOException {
    make("cats/a.jpg");

    assertThat(ImageFiles.find(List.of(folder), false).get(0).label()).contains("cats");
    assertThat(ImageFiles.find(List.of(folder.resolve("cats/a.jpg")), false).get(0).label())
        .contains("cats");
    assertThat(new ImageFile(Path.of("/"), Path.of("/a.jpg")).label()).isEmpty();
  }

  @Test
  void nothingFound_isOneLine() throws IOException {
    make("notes.txt");

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> ImageFiles.find(List.of(folder), false))
        .withMessageStartingWith("no images in " + folder)
        .withMessageContaining("--all takes any file");
    assertThat(CapturedRun.of("send", folder.toString()).failureLine()).contains("no images in");
  }

  @Test
  void path_missing() {
    assertThat(CapturedRun.of("send", folder.resolve("missing").toString()).failureLine())
        .contains("there is no file or folder " + folder.resolve("missing"));
  }

  private void make(String... names) throws IOException {
    for (String name : names) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.write(file, new byte[] {1});
    }
  }

  private static List<String> ids(boolean all, Path... paths) throws IOException {
    return ImageFiles.find(List.of(paths), all).stream().map(ImageFile::id).toList();
  }
}
