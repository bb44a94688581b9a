package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Builds TIFF files of one page, with the given numbers for each tag. */
final class TiffFile {

  private static final int HEADER = 8;
  private static final int ENTRY = 12;
  private static final int SHORT = 3;
  private static final int LONG = 4;

  private final Map<Integer, long[]> tags = new TreeMap<>();
  private final ByteOrder order;

  TiffFile(ByteOrder order) {
    this.order = order;
  }

  /** An uncompressed page in one strip, with 8 bits per sample. */
  static TiffFile page(ByteOrder order, int width, int height, int photometric, int samples) {
    long[] bits = new long[samples];
    Arrays.fill(bits, 8);
    return new TiffFile(order)
        .with(256, width)
        .with(257, height)
        .with(258, bits)
        .with(259, 1)
        .with(262, photometric)
        .with(277, samples)
        .with(278, height);
  }

  TiffFile with(int tag, long... numbers) {
    tags.put(tag, numbers);
    return this;
  }

  TiffFile without(int tag) {
    tags.remove(tag);
    return this;
  }

  /**
   * Returns the file with these strips, or with these tiles if the tag for a tile's width is set.
   */
  byte[] file(byte[]... strips) {
    boolean tiled = tags.containsKey(322);
    long[] offsets = new long[strips.length];
    long[] lengths = new long[strips.length];
    int at = HEADER;
    for (int i = 0; i < strips.length; i++) {
      offsets[i] = at;
      lengths[i] = strips[i].length;
      at += strips[i].length + strips[i].length % 2;
    }
    with(tiled ? 324 : 273, offsets).with(tiled ? 325 : 279, lengths);
    int values = at;
    for (long[] numbers : tags.values()) {
      at += numbers.length > 1 ? Integer.BYTES * numbers.length : 0;
    }
    ByteBuffer file = ByteBuffer.allocate(at + 2 + ENTRY * tags.size() + 4).order(order);
    byte mark = (byte) (order == ByteOrder.LITTLE_ENDIAN ? 'I' : 'M');
    file.put(mark).put(mark).putShort((short) 42).putInt(at);
    for (int i = 0; i < strips.length; i++) {
      file.put((int) offsets[i], strips[i]);
    }
    file.position(at).putShort((short) tags.size());
    for (Map.Entry<Integer, long[]> tag : tags.entrySet()) {
      values = entry(file, tag.getKey(), tag.getValue(), values);
    }
    return file.array();
  }

  /**
   * Writes an entry, and returns the offset at which the next numbers that do not fit into an entry
   * can be stored.
   */
  private static int entry(ByteBuffer file, int tag, long[] numbers, int values) {
    boolean isShort = List.of(258, 338, 339).contains(tag);
    file.putShort((short) tag).putShort((short) (isShort ? SHORT : LONG)).putInt(numbers.length);
    int bytes = isShort ? Short.BYTES : Integer.BYTES;
    boolean inEntry = numbers.length * bytes <= Integer.BYTES;
    int at = inEntry ? file.position() : values;
    for (int i = 0; i < numbers.length; i++) {
      if (isShort) {
        file.putShort(at + i * bytes, (short) numbers[i]);
      } else {
        file.putInt(at + i * bytes, (int) numbers[i]);
      }
    }
    if (inEntry) {
      file.position(file.position() + Integer.BYTES);
      return values;
    }
    file.putInt(values);
    return values + Integer.BYTES * numbers.length;
  }
}
