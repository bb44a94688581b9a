package dev.millrace.service.command.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.millrace.service.command.CapturedRun;
import dev.millrace.service.command.lifecycle.CommandException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImageFilesTest {

  @TempDir Path folder;

  private final List<String> complaints = new ArrayList<>();

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

    assertThat(ImageFiles.find(List.of(folder), false, complaints::add).get(0).label())
        .contains("cats");
    assertThat(
            ImageFiles.find(List.of(folder.resolve("cats/a.jpg")), false, complaints::add)
                .get(0)
                .label())
        .contains("cats");
    assertThat(new ImageFile(Path.of("/"), Path.of("/a.jpg")).label()).isEmpty();
  }

  @Test
  void nothingFound_isOneLine() throws IOException {
    make("notes.txt");

    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> ImageFiles.find(List.of(folder), false, complaints::add))
        .withMessageStartingWith("no images in " + folder)
        .withMessageContaining("(jpg, jpeg, png, gif, bmp, webp, tif, tiff)");
    assertThat(CapturedRun.of("send", folder.toString()).failureLine()).contains("no images in");
  }

  @Test
  void linkThatLeadsBack_isPassedOverWithALine() throws IOException {
    make("cats/a.jpg");
    Path loop = Files.createSymbolicLink(folder.resolve("cats/again"), folder);
    Files.createSymbolicLink(folder.resolve("itself.jpg"), folder.resolve("itself.jpg"));

    assertThat(ids(false, folder)).containsExactly("cats/a.jpg");
    assertThat(complaints)
        .containsExactlyInAnyOrder(
            loop + " is skipped: the link leads back to a folder above it",
            folder.resolve("itself.jpg") + " is skipped: it is not a regular file");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void pipe_isPassedOverInAFolder_andRefusedByName() throws Exception {
    make("a.jpg");
    Path pipe = folder.resolve("pipe.jpg");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThat(ids(false, folder)).containsExactly("a.jpg");
    assertThat(complaints).containsExactly(pipe + " is skipped: it is not a regular file");
    assertThat(CapturedRun.of("send", pipe.toString()).failureLine())
        .contains(pipe + " is a pipe or a device");
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

  private List<String> ids(boolean all, Path... paths) throws IOException {
    return ImageFiles.find(List.of(paths), all, complaints::add).stream()
        .map(ImageFile::id)
        .toList();
  }
}
