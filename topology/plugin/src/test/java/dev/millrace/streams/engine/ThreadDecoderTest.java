package dev.millrace.streams.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.image.BadImageException;
import dev.millrace.core.image.ImageDecoder;
import dev.millrace.core.image.Preprocessing;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class ThreadDecoderTest {

  private static final int IMAGES = 1_000;

  private final Batch batch = new Batch(1, 3);

  ThreadDecoderTest() {
    batch.open(FakeModel.loaded(FakeModel.version(), 1), 0);
  }

  /** A decoder that always fails. The type of the exception depends on the image's first byte. */
  private static final class Failing implements ImageDecoder {
    @Override
    public void decode(byte[] encoded, Preprocessing preprocessing, ByteBuffer pixels) {
      throw encoded[0] % 2 == 0
          ? new IllegalStateException("a fault")
          : new ArithmeticException("another fault");
    }

    @Override
    public void close() {}
  }

  @Test
  void failures_areLoggedOncePerKind_howeverManyThereAre() {
    Set<Class<?>> seen = ConcurrentHashMap.newKeySet();
    Batch.Slot slot = batch.claim(0);
    String log =
        standardErrorOf(
            () -> {
              // The decoders share the set of logged types, as the decoders of several threads do.
              for (int i = 0; i < IMAGES; i++) {
                try (ThreadDecoder decoder = new ThreadDecoder(Failing::new, seen)) {
                  assertThat(decoder.decode(new byte[] {(byte) i}, slot))
                      .returns(BadImageException.Reason.DECODER_FAILED, BadImageException::reason);
                }
              }
            });

    assertThat(log)
        .containsOnlyOnce("java.lang.IllegalStateException: a fault")
        .containsOnlyOnce("java.lang.ArithmeticException: another fault")
        .contains("\tat " + Failing.class.getName());
  }

  private static String standardErrorOf(Runnable work) {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      work.run();
    } finally {
      System.setErr(before);
    }
    return written.toString(StandardCharsets.UTF_8);
  }
}
