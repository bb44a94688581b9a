package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;

/**
 * The first directory of a TIFF (TIFF 6.0, section 2). The directory maps tags to the numbers that
 * describe the first page. Never reads beyond the end of the file. Not thread-safe.
 */
final class TiffDirectory {

  /** The number of bytes of an entry: tag, type, count, and a value or its offset. */
  static final int ENTRY = 12;

  private static final byte LITTLE_ENDIAN = 'I';
  private static final int FIRST_DIRECTORY_AT = 4;
  private static final int VALUE = 8;
  private static final int ORIENTATION = 274;
  private static final int BYTE = 1;
  private static final int SHORT = 3;
  private static final int LONG = 4;
  private static final int SIGNED_BYTE = 6;
  private static final int UNDEFINED = 7;
  private static final int SIGNED_SHORT = 8;
  private static final int SIGNED_LONG = 9;

  private final ByteBuffer file;

  /** The offsets of the entries, by tag. */
  private final Map<Integer, Integer> entries = new TreeMap<>();

  private TiffDirectory(byte[] bytes) {
    file =
        ByteBuffer.wrap(bytes)
            .order(bytes[0] == LITTLE_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
  }

  /** Reads the entries of the first directory. */
  static TiffDirectory read(byte[] bytes) {
    TiffDirectory directory = new TiffDirectory(bytes);
    directory.requireInFile(FIRST_DIRECTORY_AT, Integer.BYTES);
    long at = Integer.toUnsignedLong(directory.file.getInt(FIRST_DIRECTORY_AT));
    directory.requireInFile(at, Short.BYTES);
    int count = directory.file.getShort((int) at) & 0xFFFF;
    directory.requireInFile(at + Short.BYTES, (long) ENTRY * count);
    for (int i = 0; i < count; i++) {
      int entry = (int) at + Short.BYTES + ENTRY * i;
      directory.entries.putIfAbsent(directory.file.getShort(entry) & 0xFFFF, entry);
    }
    return directory;
  }

  /** {@return the bytes of the file, as a buffer in the file's byte order} */
  ByteBuffer file() {
    return file;
  }

  /** {@return the offset of each entry in the file, in the order of the tags} */
  Map<Integer, Integer> entries() {
    return entries;
  }

  boolean has(int tag) {
    return entries.containsKey(tag);
  }

  /** {@return the only or the first number of a tag, or {@code otherwise} if the tag is missing} */
  long number(int tag, long otherwise) {
    long[] numbers = numbers(tag);
    return numbers.length == 0 ? otherwise : numbers[0];
  }

  /**
   * {@return the numbers of a tag; none if the tag is missing} Signed numbers are read as unsigned,
   * because no tag of the page may be negative.
   */
  long[] numbers(int tag) {
    Integer entry = entries.get(tag);
    if (entry == null) {
      return new long[0];
    }
    int bytes =
        switch (file.getShort(entry + Short.BYTES)) {
          case BYTE, SIGNED_BYTE, UNDEFINED -> Byte.BYTES;
          case SHORT, SIGNED_SHORT -> Short.BYTES;
          case LONG, SIGNED_LONG -> Integer.BYTES;
          default -> throw ImageFormat.TIFF.undecodable("has no whole numbers in tag " + tag);
        };
    long count = Integer.toUnsignedLong(file.getInt(entry + Integer.BYTES));
    boolean inEntry = count * bytes <= Integer.BYTES;
    long at = inEntry ? entry + VALUE : Integer.toUnsignedLong(file.getInt(entry + VALUE));
    requireInFile(at, count * bytes);
    long[] numbers = new long[(int) count];
    for (int i = 0; i < numbers.length; i++) {
      int number = (int) at + i * bytes;
      numbers[i] =
          switch (bytes) {
            case Byte.BYTES -> file.get(number) & 0xFF;
            case Short.BYTES -> file.getShort(number) & 0xFFFF;
            default -> Integer.toUnsignedLong(file.getInt(number));
          };
    }
    return numbers;
  }

  /**
   * {@return the number of the orientation, as EXIF defines it; 1 if the file has no orientation}
   */
  long orientation() {
    return number(ORIENTATION, 1);
  }

  /** Refuses a file that ends before {@code at + length}. */
  void requireInFile(long at, long length) {
    if (at + length > file.limit()) {
      throw ImageFormat.TIFF.undecodable("is cut off after " + file.limit() + " bytes");
    }
  }
}
