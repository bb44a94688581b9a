package dev.millrace.core.weights;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * NumPy's <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format
 * of one array</a>. It consists of a magic number and a version (1 to 3), the length of the header,
 * the header as a Python dictionary, and the values. If the bytes break a rule of the format, the
 * methods throw an {@code IllegalArgumentException} that names the rule.
 */
final class Npy {

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int MAX_HEADER = 65_535;
  private static final int ALIGNMENT = 64;

  private static final Pattern TYPE = Pattern.compile("'descr' *: *'([<>|])([a-z]\\d{1,2})'");
  private static final Pattern COLUMN_MAJOR =
      Pattern.compile("'fortran_order' *: *(?:(True)|False)");
  private static final Pattern SHAPE =
      Pattern.compile(
          "'shape' *: *\\(((?:\\d{1,9}, ?){0,%d}(?:\\d{1,9})?)\\)"
              .formatted(WeightTensor.MAX_RANK - 1));

  private Npy() {}

  /**
   * Reads an array. The stream must end where the array ends.
   *
   * @param limit the largest size of the values, in bytes; a larger array is refused before any
   *     value is read
   */
  static WeightTensor read(InputStream in, long limit) throws IOException {
    String header = header(in);
    Matcher type = find(TYPE, "descr", header);
    DataType dataType =
        DataType.ofNumpy(type.group(2))
            .orElseThrow(
                () -> new IllegalArgumentException("has the unsupported type " + type.group(2)));
    List<Integer> shape =
        Arrays.stream(find(SHAPE, "shape", header).group(1).split(","))
            .map(String::strip)
            .filter(size -> !size.isEmpty())
            .map(Integer::valueOf)
            .toList();
    boolean columnMajor = find(COLUMN_MAJOR, "fortran_order", header).group(1) != null;

    long size = (long) WeightTensor.size(shape) * dataType.width();
    if (size > limit) {
      throw new IllegalArgumentException("claims " + size + " bytes, but holds fewer");
    }
    byte[] bytes = new byte[Math.toIntExact(size)];
    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length || in.read() >= 0) {
      throw new IllegalArgumentException("does not hold the " + size + " bytes it claims");
    }
    ByteOrder order = type.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    FloatBuffer values = dataType.floats(ByteBuffer.wrap(bytes).order(order));
    return new WeightTensor(shape, columnMajor ? rowMajor(values, shape) : values);
  }

  private static String header(InputStream in) throws IOException {
    byte[] start = Arrays.copyOf(in.readNBytes(MAGIC.length + 2), MAGIC.length + 2);
    int version = start[MAGIC.length];
    if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
        || version < 1
        || version > 3) {
      throw new IllegalArgumentException("is not in NumPy's format, version 1 to 3");
    }
    byte[] length = in.readNBytes(version == 1 ? Short.BYTES : Integer.BYTES);
    int bytes =
        ByteBuffer.wrap(Arrays.copyOf(length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN)
            .getInt();
    if (bytes < 0 || bytes > MAX_HEADER) {
      throw new IllegalArgumentException("has a header of more than " + MAX_HEADER + " bytes");
    }
    return new String(in.readNBytes(bytes), StandardCharsets.UTF_8);
  }

  private static Matcher find(Pattern pattern, String key, String header) {
    Matcher matcher = pattern.matcher(header);
    if (!matcher.find()) {
      throw new IllegalArgumentException("has no '" + key + "' of plain numbers in its header");
    }
    return matcher;
  }

  /**
   * Reorders values from column-major order (first dimension fastest) to row-major order (last
   * fastest).
   */
  private static FloatBuffer rowMajor(FloatBuffer columns, List<Integer> shape) {
    float[] rows = new float[columns.limit()];
    for (int i = 0; i < rows.length; i++) {
      int rest = i;
      int source = 0;
      int stride = rows.length;
      for (int d = shape.size() - 1; d >= 0; d--) {
        stride /= shape.get(d);
        source += rest % shape.get(d) * stride;
        rest /= shape.get(d);
      }
      rows[i] = columns.get(source);
    }
    return FloatBuffer.wrap(rows);
  }

  /**
   * {@return the bytes that NumPy writes before the values of a float32 array, in version 1 of the
   * format}
   */
  static byte[] header(List<Integer> shape) {
    String sizes = shape.stream().map(String::valueOf).collect(Collectors.joining(", "));
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(sizes, shape.size() == 1 ? "," : "");
    int start = MAGIC.length + 2 + Short.BYTES;
    int length = (start + dictionary.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    byte[] padding = new byte[length - start - dictionary.length()];
    Arrays.fill(padding, (byte) ' ');
    padding[padding.length - 1] = '\n';
    return ByteBuffer.allocate(length)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) 1)
        .putShort((short) (length - start))
        .put(dictionary.getBytes(StandardCharsets.US_ASCII))
        .put(padding)
        .array();
  }
}
