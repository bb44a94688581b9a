package dev.millrace.connect.folder;

import java.nio.ByteBuffer;
import java.util.AbstractMap;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The offset of a source partition: the fingerprints of all files that were sent, in base64. The
 * base64 text is created only when the map is read. Immutable, although all offsets of a batch
 * share one list. Later files of the batch are appended after the part of the list that belongs to
 * this offset.
 */
final class SentOffset extends AbstractMap<String, Object> {

  private static final String FILES = "files";

  private final long[] before;
  private final List<Long> added;
  private final int count;

  /**
   * @param before the fingerprints at the start of the batch
   * @param added the fingerprints of the batch
   * @param count the number of fingerprints of {@code added} that belong to this offset
   */
  SentOffset(long[] before, List<Long> added, int count) {
    this.before = before;
    this.added = added;
    this.count = count;
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return Set.of(Map.entry(FILES, text()));
  }

  private String text() {
    long[] all =
        LongStream.concat(
                Arrays.stream(before), added.subList(0, count).stream().mapToLong(Long::longValue))
            .sorted()
            .toArray();
    ByteBuffer bytes = ByteBuffer.allocate(all.length * Long.BYTES);
    bytes.asLongBuffer().put(all);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  /**
   * {@return the fingerprints of a stored offset}
   *
   * @throws IllegalArgumentException if the map is not an offset of this form
   */
  static long[] decode(Map<String, ?> offset) {
    if (!offset.keySet().equals(Set.of(FILES)) || !(offset.get(FILES) instanceof String text)) {
      throw new IllegalArgumentException("it is not {\"files\": \"<base64>\"}");
    }
    byte[] bytes = Base64.getDecoder().decode(text);
    if (bytes.length % Long.BYTES != 0) {
      throw new IllegalArgumentException("its base64 text is cut off");
    }
    long[] fingerprints = new long[bytes.length / Long.BYTES];
    ByteBuffer.wrap(bytes).asLongBuffer().get(fingerprints);
    return fingerprints;
  }
}
