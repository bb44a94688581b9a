package dev.millrace.trainer.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FolderImagesTest {

  @TempDir private Path folder;

  private static void file(Path file) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, file.toString());
  }

  @Test
  void hiddenFilesAndFolders_areSkipped_atEveryDepth() throws IOException {
    file(folder.resolve("cats/1.jpg"));
    file(folder.resolve("cats/kittens/2.jpg"));
    file(folder.resolve("cats/.3.jpg"));
    file(folder.resolve("cats/.thumbnails/1.jpg"));
    file(folder.resolve("cats/kittens/.ipynb_checkpoints/deep/2.jpg"));
    file(folder.resolve(".trash/1.jpg"));
    file(folder.resolve("0.jpg"));

    FoundImages found = FolderImages.find(folder);

    assertThat(found.names()).containsExactly("cats");
    assertThat(found.images())
        .extracting(NamedImage::key)
        .containsExactly("cats/1.jpg", "cats/kittens/2.jpg");
  }

  @Test
  void hiddenFolder_isRead_ifTheUserNamesIt() throws IOException {
    file(folder.resolve(".cache/images/cats/1.jpg"));

    assertThat(FolderImages.find(folder.resolve(".cache/images")).images()).hasSize(1);
    assertThat(FolderImages.find(folder.resolve(".cache")).names()).containsExactly("images");
  }

  @Test
  void emptyFolder_isAName() throws IOException {
    Files.createDirectories(folder.resolve("dogs/.thumbnails"));

    assertThat(FolderImages.find(folder).names()).containsExactly("dogs");
    assertThat(FolderImages.find(folder).images()).isEmpty();
  }
}
