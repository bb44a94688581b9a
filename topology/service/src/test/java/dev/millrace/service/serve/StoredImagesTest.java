package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.AllowList;
import dev.millrace.blobs.FetchConfig;
import dev.millrace.blobs.FetchLimits;
import dev.millrace.core.image.BadImageException;
import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchPool;
import dev.millrace.streams.fetch.FetchStalledException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredImagesTest {

  private static StoredImages images(String... places) {
    return StoredImages.open(FetchConfig.of(AllowList.of(List.of(places))));
  }

  private static ImageReference at(String uri) {
    return new ImageReference(uri, null);
  }

  @Test
  void image_isFetched(@TempDir Path folder) throws Exception {
    String uri = Files.writeString(folder.resolve("1.jpg"), "image").toUri().toString();
    try (StoredImages images = images(folder.toUri().toString())) {
      assertThat(images.fetch(at(uri)).encoded())
          .isEqualTo("image".getBytes(StandardCharsets.UTF_8));
      assertThatThrownBy(() -> images.fetch(at(uri + "x"))).isInstanceOf(BadImageException.class);
      assertThat(images.timeLimit()).isEqualTo(FetchLimits.DEFAULT.total());
    }
  }

  /** One folder or one path of a web server may work while another does not. */
  @ParameterizedTest
  @CsvSource({
    "file:///mnt/a/1.jpg, file:///mnt/a",
    "file:///data/b/1.jpg, file:///data/b",
    "https://gw.example/cats/1.jpg, https://gw.example/cats",
    "https://gw.example/dogs/1.jpg, https://gw.example/dogs",
    "https://gw.example/birds/1.jpg, ''",
    "nonsense, ''",
  })
  void eachPlace_isAnOriginOfItsOwn(String uri, String origin) {
    try (StoredImages images =
        images(
            "file:///mnt/a",
            "file:///data/b",
            "https://gw.example/cats",
            "https://gw.example/dogs")) {
      assertThat(images.origin(at(uri))).isEqualTo(origin);
    }
  }

  /** Otherwise, the refusal would end the pauses between the attempts, and the health's report. */
  @Test
  void placeThatIsAway_staysAway_afterAnImageWithAMalformedChecksum(@TempDir Path folder)
      throws Exception {
    String place = folder.resolve("missing").toUri().toString();
    ImageReference malformed = new ImageReference(place + "/2.jpg", "no checksum");
    AtomicLong now = new AtomicLong();
    try (StoredImages images = images(place);
        FetchPool pool = new FetchPool(images, 1, now::get)) {
      assertThat(failure(pool, at(place + "/1.jpg"), now))
          .isInstanceOf(FetchStalledException.class);
      assertThat(pool.problem()).get().asString().contains("does not exist");
      now.addAndGet(Duration.ofSeconds(30).toNanos());

      assertThat(failure(pool, malformed, now))
          .isInstanceOf(BadImageException.class)
          .hasMessageContaining("sha256");

      assertThat(pool.problem()).get().asString().contains("does not exist");
    }
  }

  private static Throwable failure(FetchPool pool, ImageReference image, AtomicLong now)
      throws Exception {
    pool.awaitTurn(image, now.get());
    return pool.fetch(image).handle((fetched, failure) -> failure).get();
  }

  @Test
  void withoutAPlace_everyImageIsRefused() {
    try (StoredImages images = images()) {
      assertThat(images.origin(at("file:///mnt/a/1.jpg"))).isEmpty();
      assertThatThrownBy(() -> images.fetch(at("file:///mnt/a/1.jpg")))
          .isInstanceOf(BadImageException.class)
          .hasMessageContaining("--fetch-from");
    }
  }
}
