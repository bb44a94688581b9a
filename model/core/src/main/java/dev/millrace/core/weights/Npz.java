package dev.millrace.core.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * NumPy's npz: a zip of {@link Npy} arrays, stored or deflated. An entry's name is the array's name
 * followed by {@code .npy}. If the bytes break a rule of the formats, the methods throw an {@code
 * IllegalArgumentException} that names the rule, or Java's {@code ZipException}.
 */
final class Npz {

  private static final String SUFFIX = ".npy";

  /** The largest compression ratio of deflate, which is 1032 to 1 according to zlib's authors. */
  private static final int MAX_INFLATION = 1032;

  /**
   * The earliest time that a zip file can store. All entries have this time, so that equal weights
   * produce equal files.
   */
  private static final LocalDateTime NO_TIME = LocalDateTime.of(1980, 1, 1, 0, 0);

  private Npz() {}

  /** Reads a file. The tensors are in the file's order and on the heap. */
  static Map<String, WeightTensor> read(Path file) throws IOException {
    Map<String, WeightTensor> tensors = new LinkedHashMap<>();
    long inflated = Files.size(file) * MAX_INFLATION;
    long left = (long) Weights.MAX_SIZE * Float.BYTES;
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        if (!entry.getName().endsWith(SUFFIX)) {
          throw new IllegalArgumentException("its entry '" + entry.getName() + "' is not an array");
        }
        WeightTensor tensor = read(zip, entry, Math.min(left, inflated));
        left -= (long) tensor.size() * Float.BYTES;
        String name = entry.getName().substring(0, entry.getName().length() - SUFFIX.length());
        if (tensors.put(name, tensor) != null) {
          throw new IllegalArgumentException("it has '" + name + "' twice");
        }
      }
    }
    return tensors;
  }

  private static WeightTensor read(ZipFile zip, ZipEntry entry, long limit) throws IOException {
    try (CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
      WeightTensor tensor = Npy.read(in, limit);
      if (in.getChecksum().getValue() != entry.getCrc()) {
        throw new IllegalArgumentException("has the wrong checksum");
      }
      return tensor;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "its entry '" + entry.getName() + "' " + e.getMessage(), e);
    }
  }

  /**
   * Writes float32 values, uncompressed, in the weights' order. Equal weights produce equal bytes.
   */
  static void write(Weights weights, OutputStream out) throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    zip.setMethod(ZipOutputStream.STORED);
    for (Map.Entry<String, WeightTensor> tensor : weights.tensors().entrySet()) {
      byte[] header = Npy.header(tensor.getValue().shape());
      byte[] values = tensor.getValue().littleEndianBytes();
      CRC32 crc = new CRC32();
      crc.update(header);
      crc.update(values);
      ZipEntry entry = new ZipEntry(tensor.getKey() + SUFFIX);
      entry.setTimeLocal(NO_TIME);
      entry.setSize((long) header.length + values.length);
      entry.setCrc(crc.getValue());
      zip.putNextEntry(entry);
      zip.write(header);
      zip.write(values);
    }
    zip.finish();
  }
}
