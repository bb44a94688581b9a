package dev.millrace.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.events.ImageReference;
import dev.millrace.streams.fetch.FetchedImage;
import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PendingFetchTest {

  private static final ImageReference REFERENCE = new ImageReference("s3://photos/1.jpg", null);

  @Test
  void imageIsNotKept_butItsRevisionIs() {
    CompletableFuture<FetchedImage> image = new CompletableFuture<>();
    byte[] encoded = new byte[1000];
    WeakReference<byte[]> bytes = new WeakReference<>(encoded);
    PendingFetch fetch = PendingFetch.of(REFERENCE, image);
    image.complete(new FetchedImage(encoded, "7"));
    image = null;
    encoded = null;

    Awaitility.await()
        .until(
            () -> {
              System.gc();
              return bytes.get() == null;
            });
    assertThat(fetch.revision()).isCompletedWithValue("7");
    assertThat(fetch.reference()).isEqualTo(REFERENCE);
  }

  @Test
  void cancelledRecord_cancelsTheFetch() {
    CompletableFuture<FetchedImage> image = new CompletableFuture<>();
    PendingFetch fetch = PendingFetch.of(REFERENCE, image);

    assertThat(fetch.revision().cancel(false)).isTrue();

    assertThat(image).isCancelled();
  }
}
