package dev.millrace.benchmarks.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Builds libraries with GPU code, removes code from them, and reads the rest as NVIDIA's driver
 * does.
 */
class OneArchitectureTest {

  private static final int SECTION_AT = 64;
  private static final int PTX = 1;
  private static final int BINARY = 2;

  /**
   * Code for one architecture. It has {@code size} bytes, and the value of each byte is the
   * architecture's number.
   */
  private record Code(int kind, int architecture, int size) {}

  @Test
  void keep_severalArchitectures_leavesTheOne() {
    ByteBuffer library =
        library(
            List.of(code(80, 40), code(90, 64), code(100, 8)), List.of(code(90, 16), code(120, 8)));
    int size = library.limit();

    OneArchitecture.Result result = OneArchitecture.keep(library, 90);

    assertThat(read(library)).containsExactly(List.of(code(90, 64)), List.of(code(90, 16)));
    assertThat(library.limit()).isEqualTo(size);
    assertThat(result).isEqualTo(new OneArchitecture.Result(64 + 16 + 2 * 64, 40 + 8 + 8 + 3 * 64));
  }

  @Test
  void keep_whatWasDropped_isZeros() {
    ByteBuffer library = library(List.of(code(80, 40), code(90, 64)));

    OneArchitecture.keep(library, 90);

    byte[] rest = bytes(library, SECTION_AT + 16 + 64 + 64, sectionEnd(library));
    assertThat(rest).hasSize(64 + 40).containsOnly(0);
  }

  @Test
  void keep_noneForTheVeryArchitecture_takesAnOlderOneOfItsGeneration() {
    ByteBuffer library = library(List.of(code(75, 8), code(80, 16), code(86, 24), code(90, 8)));

    OneArchitecture.keep(library, 89);

    assertThat(read(library)).containsExactly(List.of(code(86, 24)));
  }

  @Test
  void keep_noBinaryThatRuns_takesTheNewestPtx() {
    ByteBuffer library = library(List.of(new Code(PTX, 70, 8), new Code(PTX, 80, 16), code(80, 8)));

    OneArchitecture.keep(library, 90);

    assertThat(read(library)).containsExactly(List.of(new Code(PTX, 80, 16)));
  }

  @Test
  void keep_codeThatTheGpuNeverRan_isLeftAsItIs() {
    ByteBuffer library = library(List.of(code(100, 8)), List.of(code(90, 8)));

    OneArchitecture.keep(library, 90);

    assertThat(read(library)).containsExactly(List.of(code(100, 8)), List.of(code(90, 8)));
  }

  @Test
  void keep_nothingForTheArchitecture_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OneArchitecture.keep(library(List.of(code(90, 8))), 61))
        .withMessage("there is no code for sm_61");
  }

  @Test
  void keep_whatIsNoLibrary_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OneArchitecture.keep(ByteBuffer.allocate(100), 90))
        .withMessage("not an ELF file");
  }

  private static Code code(int architecture, int size) {
    return new Code(BINARY, architecture, size);
  }

  /** Returns an ELF file with a section of fat binaries and a section of section names. */
  @SafeVarargs
  private static ByteBuffer library(List<Code>... fatBinaries) {
    int size = 0;
    for (List<Code> codes : fatBinaries) {
      size += 16 + size(codes) + 8;
    }
    ByteBuffer section = little(size);
    for (List<Code> codes : fatBinaries) {
      section.putInt(0xBA55ED50).putShort((short) 1).putShort((short) 16).putLong(size(codes));
      for (Code code : codes) {
        int at = section.position();
        section.putShort(at, (short) code.kind);
        section.putInt(at + 4, 64);
        section.putLong(at + 8, code.size);
        section.putInt(at + 28, code.architecture);
        byte[] bytes = new byte[code.size];
        Arrays.fill(bytes, (byte) code.architecture);
        section.position(at + 64).put(bytes);
      }
      section.putLong(0); // padding, as between the fat binaries of two object files
    }
    byte[] names = "\0.nv_fatbin\0".getBytes(StandardCharsets.US_ASCII);
    int namesAt = SECTION_AT + section.limit();
    int headersAt = namesAt + names.length;
    ByteBuffer library = little(headersAt + 3 * 64);
    library.putInt(0, 0x464C457F);
    library.putLong(0x28, headersAt);
    library.putShort(0x3A, (short) 64).putShort(0x3C, (short) 3).putShort(0x3E, (short) 2);
    library.position(SECTION_AT).put(section.flip()).put(names).clear();
    library.putInt(headersAt + 64, 1);
    library.putLong(headersAt + 64 + 0x18, SECTION_AT);
    library.putLong(headersAt + 64 + 0x20, section.limit());
    library.putLong(headersAt + 128 + 0x18, namesAt);
    return library;
  }

  private static int size(List<Code> codes) {
    return codes.stream().mapToInt(code -> 64 + code.size).sum();
  }

  private static byte[] bytes(ByteBuffer library, int from, int to) {
    byte[] bytes = new byte[to - from];
    library.get(from, bytes);
    return bytes;
  }

  private static ByteBuffer little(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int sectionEnd(ByteBuffer library) {
    int headersAt = (int) library.getLong(0x28);
    return SECTION_AT + (int) library.getLong(headersAt + 64 + 0x20) - 8;
  }

  /** Returns the code in each fat binary. Fails if a byte of this code has changed. */
  private static List<List<Code>> read(ByteBuffer library) {
    List<List<Code>> all = new ArrayList<>();
    for (int at = SECTION_AT; at < sectionEnd(library); at += 8) {
      if (library.getInt(at) == 0xBA55ED50) {
        List<Code> codes = new ArrayList<>();
        int end = at + 16 + (int) library.getLong(at + 8);
        for (int entry = at + 16; entry < end; ) {
          int size = (int) library.getLong(entry + 8);
          Code code = new Code(library.getShort(entry), library.getInt(entry + 28), size);
          assertThat(bytes(library, entry + 64, entry + 64 + size)).containsOnly(code.architecture);
          codes.add(code);
          entry += 64 + size;
        }
        all.add(codes);
      }
    }
    return all;
  }
}
