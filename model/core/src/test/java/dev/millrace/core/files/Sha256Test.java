package dev.millrace.core.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the examples in the SHA-256 standard FIPS 180-2, and an empty input. */
class Sha256Test {

  @TempDir private Path folder;

  @Test
  void checksum_ofKnownBytes_isTheStandards() {
    assertThat(Sha256.of(new byte[0]))
        .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assertThat(Sha256.of("abc".getBytes(StandardCharsets.US_ASCII)))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void checksum_ofATextOrAFile_isThatOfItsBytes() throws IOException {
    byte[] bytes = "Rüde".getBytes(StandardCharsets.UTF_8);

    assertThat(Sha256.of("Rüde")).isEqualTo(Sha256.of(bytes));
    assertThat(Sha256.of(Files.write(folder.resolve("file"), bytes))).isEqualTo(Sha256.of(bytes));
  }
}
