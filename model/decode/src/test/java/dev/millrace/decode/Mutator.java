package dev.millrace.decode;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;

/**
 * Damages image files as disks, networks and attackers do. The same seed causes the same damage.
 */
final class Mutator {

  private static final int MAX_DAMAGES = 4;
  private static final int MAX_RUN = 64;
  private static final int PNG_SIGNATURE = 8;

  private final SplittableRandom random;

  Mutator(long seed) {
    random = new SplittableRandom(seed);
  }

  /**
   * Returns a copy of the file with damage at one to four places.
   *
   * @param other the file from which a splice takes its end
   */
  byte[] damage(byte[] file, byte[] other) {
    byte[] damaged = file.clone();
    int damages = 1 + random.nextInt(MAX_DAMAGES);
    for (int i = 0; i < damages && damaged.length > 0; i++) {
      damaged = damageOnce(damaged, other);
    }
    return damaged;
  }

  private byte[] damageOnce(byte[] file, byte[] other) {
    int at = random.nextInt(file.length);
    int end = Math.min(file.length, at + 1 + random.nextInt(MAX_RUN));
    switch (random.nextInt(8)) {
      case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> System.arraycopy(noise(end - at), 0, file, at, end - at);
      case 2 -> Arrays.fill(file, at, end, (byte) 0xFF);
      case 3 -> {
        return Arrays.copyOf(file, at);
      }
      case 4 -> {
        return join(file, at, new byte[0], file, end);
      }
      case 5 -> {
        return join(file, at, noise(end - at), file, at);
      }
      case 6 -> {
        return join(file, end, new byte[0], file, at);
      }
      default -> {
        return join(file, at, new byte[0], other, random.nextInt(other.length));
      }
    }
    return file;
  }

  private byte[] noise(int length) {
    byte[] noise = new byte[length];
    random.nextBytes(noise);
    return noise;
  }

  /** Returns the head up to {@code end}, the middle, and the tail from {@code start}. */
  private static byte[] join(byte[] head, int end, byte[] middle, byte[] tail, int start) {
    return ByteBuffer.allocate(end + middle.length + tail.length - start)
        .put(head, 0, end)
        .put(middle)
        .put(tail, start, tail.length - start)
        .array();
  }

  /**
   * Corrects the checksum of each complete chunk of a PNG, so that the damage reaches the code that
   * reads the chunks.
   */
  static byte[] withChecksums(byte[] png) {
    ByteBuffer file = ByteBuffer.wrap(png.clone());
    int chunk = PNG_SIGNATURE;
    while (chunk + 12 <= png.length) {
      int length = file.getInt(chunk);
      if (length < 0 || length > png.length - chunk - 12) {
        break;
      }
      CRC32 crc = new CRC32();
      crc.update(png, chunk + 4, 4 + length);
      file.putInt(chunk + 8 + length, (int) crc.getValue());
      chunk += 12 + length;
    }
    return file.array();
  }
}
