package dev.millrace.benchmarks.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes the GPU code of all architectures except one from a library. The removed code becomes
 * zeros, which compress to almost nothing and take no disk space in a sparse file. All sections of
 * the ELF file keep their offsets and sizes.
 *
 * <p>nvcc puts GPU code into the ELF section {@code .nv_fatbin}. The section is a sequence of fat
 * binaries, each of which begins at a multiple of 8 bytes. Each fat binary has a header (magic
 * number, size of the header, size of the entries) and one entry for each architecture. An entry
 * consists of a header and the code. The header names the kind of code and the architecture; the
 * code is usually compressed. This class moves the entries that it keeps to the front of their fat
 * binary. It also reduces the size in the fat binary's header, so that the driver sees no other
 * entries. NVIDIA does not document this format. If the data does not match the format, this class
 * throws an exception, and may leave the file damaged.
 */
public final class OneArchitecture {

  private static final String SECTION = ".nv_fatbin";
  private static final int ELF = 0x464C457F;
  private static final int FAT_BINARY = 0xBA55ED50;
  private static final int ALIGNMENT = 8;

  private static final int KIND_PTX = 1;
  private static final int KIND_BINARY = 2;

  private final ByteBuffer library;
  private final int architecture;
  private long kept;
  private long dropped;

  private OneArchitecture(ByteBuffer library, int architecture) {
    this.library = library;
    this.architecture = architecture;
  }

  /** An entry of a fat binary: the header and the code for one architecture. */
  private record Entry(int kind, int architecture, int offset, int size) {}

  /**
   * The sizes of a library's GPU code that was kept and of its GPU code that was removed.
   *
   * @param kept number of bytes of code that remain
   * @param dropped number of bytes of code that were replaced by zeros
   */
  record Result(long kept, long dropped) {}

  /**
   * Changes a library in place. The arguments are the path of the library and the architecture to
   * keep, such as 90.
   */
  public static void main(String[] arguments) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            Path.of(arguments[0]), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      Result result =
          keep(
              file.map(FileChannel.MapMode.READ_WRITE, 0, file.size()),
              Integer.parseInt(arguments[1]));
      System.out.printf(
          "GPU code: %d MiB kept for sm_%s, %d MiB dropped%n",
          result.kept >> 20, arguments[1], result.dropped >> 20);
    }
  }

  /**
   * Keeps the code of one architecture.
   *
   * @param library a 64-bit ELF file, which is changed in place
   * @param architecture ten times the compute capability, such as 90
   * @throws IllegalArgumentException if {@code library} is not a 64-bit ELF file with GPU code, or
   *     has no code for {@code architecture}
   */
  static Result keep(ByteBuffer library, int architecture) {
    OneArchitecture one = new OneArchitecture(library.order(ByteOrder.LITTLE_ENDIAN), architecture);
    ByteBuffer section = one.section();
    section.order(ByteOrder.LITTLE_ENDIAN);
    int at = 0;
    while (at < section.limit()) {
      if (section.getInt(at) == FAT_BINARY) {
        at = one.reduce(section, at);
      } else if (section.getInt(at) == 0) {
        at += Integer.BYTES; // padding before the next fat binary
      } else {
        throw new IllegalArgumentException("no fat binary at offset " + at + " of " + SECTION);
      }
    }
    if (one.kept == 0) {
      throw new IllegalArgumentException("there is no code for sm_" + architecture);
    }
    return new Result(one.kept, one.dropped);
  }

  private ByteBuffer section() {
    if (library.limit() < 64 || library.getInt(0) != ELF) {
      throw new IllegalArgumentException("not an ELF file");
    }
    int headers = Math.toIntExact(library.getLong(0x28));
    int size = library.getShort(0x3A);
    int count = library.getShort(0x3C);
    int names = Math.toIntExact(library.getLong(headers + size * library.getShort(0x3E) + 0x18));
    for (int i = 0; i < count; i++) {
      int header = headers + i * size;
      if (name(names + library.getInt(header)).equals(SECTION)) {
        return library.slice(
            Math.toIntExact(library.getLong(header + 0x18)),
            Math.toIntExact(library.getLong(header + 0x20)));
      }
    }
    throw new IllegalArgumentException("the library has no section " + SECTION);
  }

  private String name(int at) {
    StringBuilder name = new StringBuilder();
    for (int i = at; library.get(i) != 0; i++) {
      name.append((char) library.get(i));
    }
    return name.toString();
  }

  /**
   * Removes unwanted entries from the fat binary at offset {@code at}. Returns the offset of the
   * fat binary's end before the removal.
   */
  private int reduce(ByteBuffer section, int at) {
    int begin = at + section.getShort(at + 6);
    int end = begin + Math.toIntExact(section.getLong(at + 8));
    List<Entry> entries = new ArrayList<>();
    for (int offset = begin; offset < end; ) {
      int size = section.getInt(offset + 4) + Math.toIntExact(section.getLong(offset + 8));
      Entry entry = new Entry(section.getShort(offset), section.getInt(offset + 28), offset, size);
      if ((entry.kind != KIND_PTX && entry.kind != KIND_BINARY)
          || size <= 0
          || offset + size > end
          || size % ALIGNMENT != 0) {
        throw new IllegalArgumentException("no entry of a fat binary at offset " + offset);
      }
      entries.add(entry);
      offset += size;
    }
    List<Entry> wanted = wanted(entries);
    if (wanted.isEmpty()) {
      return end; // Keep all: no entry can run on the GPU, and the driver reports that.
    }
    int to = begin;
    for (Entry entry : wanted) {
      // Copy the code to an array first, because the source and the destination may overlap.
      byte[] bytes = new byte[entry.size];
      section.get(entry.offset, bytes);
      section.put(to, bytes);
      to += entry.size;
    }
    section.putLong(at + 8, to - begin);
    section.put(to, new byte[end - to]);
    kept += to - begin;
    dropped += end - to;
    return end;
  }

  /**
   * Returns the entries that the driver would choose for a GPU of {@link #architecture}. These are
   * the compiled binaries for the newest architecture that belongs to the GPU's generation and is
   * not newer than the GPU. If there are no such binaries, returns the newest entry in PTX,
   * NVIDIA's intermediate language, which the driver compiles.
   */
  private List<Entry> wanted(List<Entry> entries) {
    int binary =
        entries.stream()
            .filter(entry -> entry.kind == KIND_BINARY)
            .mapToInt(Entry::architecture)
            .filter(has -> has <= architecture && has / 10 == architecture / 10)
            .max()
            .orElse(-1);
    int ptx =
        entries.stream()
            .filter(entry -> entry.kind == KIND_PTX)
            .mapToInt(Entry::architecture)
            .filter(has -> has <= architecture)
            .max()
            .orElse(-1);
    int kind = binary >= 0 ? KIND_BINARY : KIND_PTX;
    int nearest = binary >= 0 ? binary : ptx;
    return entries.stream()
        .filter(entry -> entry.kind == kind && entry.architecture == nearest)
        .toList();
  }
}
