package dev.millrace.trainer.pretrain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.training.TrainingException;
import dev.millrace.trainer.data.LabelledImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {

  @TempDir private Path folder;

  private void file(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, name);
  }

  private static UnlabelledImages find(Path folder) {
    return ImageFolder.find(folder, () -> false).orElseThrow();
  }

  @Test
  void stopRequest_endsTheSearch() throws IOException {
    file("cat/1.png");
    file("cat/2.png");
    int[] asked = new int[1];

    assertThat(ImageFolder.find(folder, () -> ++asked[0] == 2)).isEmpty();
    assertThat(asked[0]).isEqualTo(2);
  }

  @Test
  void imagesInSubfolders_haveTheirNamesAsClasses() throws IOException {
    file("dog/deep/2.png");
    file("cat/1.png");
    file("cat/.hidden");
    file(".hidden/3.png");

    UnlabelledImages found = find(folder);

    assertThat(found.classes()).containsExactly("cat", "dog");
    assertThat(found.images())
        .extracting(LabelledImage::key)
        .containsExactly("cat/1.png", "dog/deep/2.png");
    assertThat(found.images()).extracting(LabelledImage::label).containsExactly(0, 1);
    assertThat(found.counts()).containsExactly(1, 1);
  }

  @Test
  void imageBesideTheSubfolders_orOneSubfolder_meansNoClasses() throws IOException {
    file("cat/1.png");
    assertThat(find(folder).classes()).isEmpty();
    file("dog/1.png");
    file("0.png");

    UnlabelledImages found = find(folder);

    assertThat(found.classes()).isEmpty();
    assertThat(found.images()).hasSize(3);
    assertThat(found.counts()).containsExactly(3);
  }

  @Test
  void digest_changesWithAnImage() throws IOException {
    file("cat/1.png");
    String before = find(folder).digest();
    assertThat(find(folder).digest()).isEqualTo(before);
    Files.writeString(folder.resolve("cat/1.png"), "other");

    assertThat(find(folder).digest()).isNotEqualTo(before);
  }

  @Test
  void folderWithoutImages_isAnError() throws IOException {
    assertThatThrownBy(() -> find(folder))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("there is no image in")
        .hasMessageContaining("name a folder of images");
    assertThatThrownBy(() -> find(folder.resolve("missing")))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("check that it exists");
  }
}
