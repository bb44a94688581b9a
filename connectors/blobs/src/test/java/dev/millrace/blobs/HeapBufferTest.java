package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.testing.HostileServer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HeapBufferTest {

  private static final int SIZE = 1_000;

  private static byte[] noise() {
    byte[] bytes = new byte[SIZE];
    new Random(7).nextBytes(bytes);
    return bytes;
  }

  /** Fills a buffer in pieces of several sizes. */
  private static byte[] filled(HeapBuffer buffer, byte[] data) {
    buffer.write(data[0]);
    int from = 1;
    for (int size = 1; from < data.length; size *= 3) {
      int count = Math.min(size, data.length - from);
      buffer.write(data, from, count);
      from += count;
    }
    return buffer.toByteArray();
  }

  @Test
  void dataOfTheAnnouncedLength_isNotCopied() {
    HeapBuffer buffer = new HeapBuffer();
    buffer.expect(SIZE);

    byte[] bytes = filled(buffer, noise());

    assertThat(bytes).isEqualTo(noise()).isSameAs(buffer.toByteArray());
  }

  @Test
  void otherData_isWhole() {
    assertThat(filled(new HeapBuffer(), noise())).isEqualTo(noise());
    for (int announced : new int[] {-1, 0, 1, SIZE - 1, SIZE + 1}) {
      HeapBuffer buffer = new HeapBuffer();
      buffer.expect(announced);
      assertThat(filled(buffer, noise())).isEqualTo(noise());
    }
    byte[] large = new byte[100_000];
    large[99_999] = 7;
    assertThat(filled(new HeapBuffer(), large)).isEqualTo(large);
    assertThat(new HeapBuffer().toByteArray()).isEmpty();
  }

  @Test
  void fetchedData_isNotCopied(@TempDir Path folder) throws Exception {
    String file = Files.writeString(folder.resolve("x"), "image").toUri().toString();
    try (HostileServer server = new HostileServer().data("/x", "image");
        Fetcher fetcher = Fetching.from(folder.toUri().toString(), server.uri("/"))) {
      for (String uri : new String[] {file, server.uri("/x")}) {
        HeapBuffer buffer = new HeapBuffer();
        assertThat(fetcher.fetch(uri, null, buffer)).isInstanceOf(Fetched.class);
        assertThat(buffer.toByteArray())
            .isEqualTo("image".getBytes(StandardCharsets.UTF_8))
            .isSameAs(buffer.toByteArray());
      }
    }
  }
}
