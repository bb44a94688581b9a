package dev.millrace.blobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.blobs.Refused.Reason;
import dev.millrace.testing.ChildJvm;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileFetchTest {

  private static final Refused LEADS_OUT =
      new Refused(Reason.NOT_ALLOWED, "a link in its path leads to no allowed place");

  @TempDir private Path temp;
  private Path images;
  private Fetcher fetcher;

  @BeforeEach
  void open() throws IOException {
    images = Files.createDirectory(temp.resolve("images"));
    Files.createDirectory(images.resolve("cats"));
    Files.writeString(images.resolve("cats/1 ä.png"), "cat");
    Files.createDirectory(temp.resolve("other"));
    Files.writeString(temp.resolve("other/hush"), "hush");
    fetcher = Fetching.from(uri(images));
  }

  @AfterEach
  void close() {
    fetcher.close();
  }

  private static String uri(Path path) {
    return path.toUri().toASCIIString();
  }

  private String link(String name, Path target) throws IOException {
    return uri(Files.createSymbolicLink(images.resolve(name), target));
  }

  @Test
  void file_isFetched() throws Exception {
    assertThat(Fetching.text(fetcher, uri(images.resolve("cats/1 ä.png")))).isEqualTo("cat");
  }

  @Test
  void listedFile_isFetchedAlone() throws Exception {
    Path cat = images.resolve("cats/1 ä.png");
    Path dog = Files.writeString(images.resolve("cats/2.png"), "dog");
    try (Fetcher one = Fetching.from(uri(cat))) {
      assertThat(Fetching.text(one, uri(cat))).isEqualTo("cat");
      assertThat(Fetching.refusal(one, uri(dog))).isEqualTo(Reason.NOT_ALLOWED);
    }
  }

  @Test
  void fileOutsideTheList_isRefused() throws Exception {
    assertThat(Fetching.refusal(fetcher, uri(temp.resolve("other/hush"))))
        .isEqualTo(Reason.NOT_ALLOWED);
    assertThat(Fetching.refusal(fetcher, uri(temp.resolve("other/none"))))
        .isEqualTo(Reason.NOT_ALLOWED);
    assertThat(Fetching.refusal(fetcher, uri(images) + "../other/hush")).isEqualTo(Reason.INVALID);
  }

  @Test
  void missingFile_isRefused() throws Exception {
    assertThat(Fetching.refusal(fetcher, uri(images.resolve("none")))).isEqualTo(Reason.NOT_FOUND);
    assertThat(Fetching.refusal(fetcher, uri(images.resolve("cats/1 ä.png/x"))))
        .isEqualTo(Reason.NOT_FOUND);
  }

  /** No system has such a file, so the record is at fault. */
  @Test
  void nameThatIsTooLong_isRefused() throws Exception {
    assertThat(Fetching.refusal(fetcher, uri(images.resolve("x".repeat(256)))))
        .isEqualTo(Reason.NOT_FOUND);
    assertThat(Fetching.refusal(fetcher, uri(images.resolve("x/".repeat(2048) + "x"))))
        .isEqualTo(Reason.NOT_FOUND);
  }

  /** With the locale C, Java cannot open a file whose name has other letters than ASCII. */
  @Test
  void nameThatTheLocaleCannotEncode_isRefused() throws Exception {
    List<String> command = new ArrayList<>(List.of("env", "LC_ALL=C"));
    command.addAll(
        ChildJvm.command(
            InAnotherLocale.class,
            List.of(),
            List.of(uri(images), uri(images.resolve("cats/1 ä.png")))));
    Assumptions.assumeTrue(Files.exists(Path.of("/usr/bin/env")), "the system has env");
    assertThat(ChildJvm.run(temp, command))
        .containsExactly(
            new Refused(
                    Reason.INVALID,
                    "its path is not valid in the encoding of this machine; set LC_ALL")
                .toString());
  }

  /** Fetches a file in a JVM of its own, and prints the outcome. */
  static final class InAnotherLocale {

    private InAnotherLocale() {}

    public static void main(String[] args) throws Exception {
      try (Fetcher fetcher = Fetching.from(args[0])) {
        System.out.println(Fetching.fetch(fetcher, args[1]));
      }
    }
  }

  @Test
  void missingFolder_isAway() throws Exception {
    String uri = uri(images.resolve("cats/1 ä.png"));
    Files.move(images, temp.resolve("unmounted"));
    assertThatThrownBy(() -> Fetching.fetch(fetcher, uri))
        .isInstanceOf(StoreAwayException.class)
        .hasMessage("file: is away: its listed folder " + images + " does not exist");
  }

  /** A folder is empty before its file system is mounted. */
  @Test
  void missingFileOfAnEmptyFolder_isAway_untilTheFolderHasAnyFile() throws Exception {
    Path mount = Files.createDirectory(images.resolve("mount"));
    String cat = uri(mount.resolve("1.png"));
    try (Fetcher mounted = Fetching.from(uri(images), uri(mount))) {
      assertThat(Fetching.refusal(mounted, uri(mount).replaceFirst("/$", "")))
          .isEqualTo(Reason.NOT_ALLOWED);
      assertThatThrownBy(() -> Fetching.fetch(mounted, cat))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage(
              "file: is away: its listed folder "
                  + mount
                  + " is empty; mount its file system, or put a file into the folder");
      Files.writeString(mount.resolve("2.png"), "dog");
      assertThat(Fetching.refusal(mounted, cat)).isEqualTo(Reason.NOT_FOUND);
      Files.writeString(mount.resolve("1.png"), "cat");
      assertThat(Fetching.text(mounted, cat)).isEqualTo("cat");
    }
  }

  /** A producer may delete an image when it has got the prediction. */
  @Test
  void missingFileOfAFolderThatWasEmptied_isRefused_unlessAnotherFolderIsThere() throws Exception {
    Path mount = Files.createDirectory(temp.resolve("mount"));
    Path cat = Files.writeString(mount.resolve("1.png"), "cat");
    try (Fetcher mounted = Fetching.from(uri(mount))) {
      assertThat(Fetching.text(mounted, uri(cat))).isEqualTo("cat");
      Files.delete(cat);
      assertThat(Fetching.refusal(mounted, uri(cat))).isEqualTo(Reason.NOT_FOUND);

      Files.move(mount, temp.resolve("unmounted"));
      Files.createDirectory(mount);
      assertThatThrownBy(() -> Fetching.fetch(mounted, uri(cat)))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageContaining("is empty");
    }
  }

  @Test
  void missingFileOfAnEmptyFolder_isRefused_ifTheListedFolderHasOthers() throws Exception {
    Path empty = Files.createDirectory(images.resolve("empty"));
    assertThat(Fetching.refusal(fetcher, uri(empty.resolve("1.png")))).isEqualTo(Reason.NOT_FOUND);
  }

  @Test
  void linkToAnEmptyFolderOfTheList_isAway() throws Exception {
    Path mount = Files.createDirectory(temp.resolve("mount"));
    String cat = link("cat", mount.resolve("1.png"));
    String nothing = link("nothing", temp.resolve("none"));
    try (Fetcher mounted = Fetching.from(uri(images), uri(mount))) {
      assertThatThrownBy(() -> Fetching.fetch(mounted, cat))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageContaining(mount + " is empty");
      Files.writeString(mount.resolve("1.png"), "cat");
      assertThat(Fetching.text(mounted, cat)).isEqualTo("cat");
      assertThat(Fetching.fetch(mounted, nothing)).isEqualTo(LEADS_OUT);
    }
  }

  /**
   * The folder is a link to itself, because a test cannot create a stale file handle of a network
   * file system.
   */
  @Test
  void folderThatExistsButCannotBeRead_isAway_andSaysWhy() throws Exception {
    Path loop = temp.resolve("loop");
    Files.createSymbolicLink(loop, loop);
    try (Fetcher fromLoop = Fetching.from(uri(loop))) {
      assertThatThrownBy(() -> Fetching.fetch(fromLoop, uri(loop.resolve("1.png"))))
          .isInstanceOf(StoreAwayException.class)
          .hasMessageStartingWith(
              "file: is away: its listed folder " + loop + " cannot be read (Too many levels of ");
    }
  }

  /** A network file system may forbid everything, for example when a ticket has expired. */
  @Test
  void folderThatMayNotBeRead_isAway() throws Exception {
    String uri = uri(images.resolve("cats/1 ä.png"));
    Set<PosixFilePermission> before = Files.getPosixFilePermissions(images);
    Files.setPosixFilePermissions(images, Set.of());
    try {
      Assumptions.assumeFalse(Files.isReadable(images), "permissions do not bind this user");
      assertThatThrownBy(() -> Fetching.fetch(fetcher, uri))
          .isInstanceOf(StoreAwayException.class)
          .hasMessage("file: is away: its listed folder " + images + " may not be read");
    } finally {
      Files.setPosixFilePermissions(images, before);
    }
  }

  @Test
  void folder_isRefused() throws Exception {
    String uri = uri(images.resolve("cats"));
    assertThat(Fetching.fetch(fetcher, uri.substring(0, uri.length() - 1)))
        .isEqualTo(new Refused(Reason.NOT_ALLOWED, "it is not a regular file"));
  }

  @Test
  void pipe_isRefusedAndNotOpened() throws Exception {
    Path pipe = images.resolve("pipe");
    Assumptions.assumeTrue(
        new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0, "mkfifo works");
    assertThat(Fetching.refusal(fetcher, uri(pipe))).isEqualTo(Reason.NOT_ALLOWED);
    assertThat(Fetching.refusal(fetcher, link("to-pipe", pipe))).isEqualTo(Reason.NOT_ALLOWED);
  }

  @Test
  void linkWithinTheList_isFollowed() throws Exception {
    Path other = Files.createDirectory(temp.resolve("more"));
    Files.writeString(other.resolve("x"), "more");
    try (Fetcher both = Fetching.from(uri(images), uri(other))) {
      assertThat(Fetching.text(both, link("inside", Path.of("cats/1 ä.png")))).isEqualTo("cat");
      assertThat(Fetching.text(both, link("folder", other) + "x")).isEqualTo("more");
    }
  }

  @Test
  void listedFolderThatIsALink_isFollowed() throws Exception {
    Path link = Files.createSymbolicLink(temp.resolve("link"), images);
    try (Fetcher linked = Fetching.from(uri(link))) {
      assertThat(Fetching.text(linked, uri(link.resolve("cats/1 ä.png")))).isEqualTo("cat");
    }
  }

  @Test
  void linkOutOfTheList_isRefusedWhetherSomethingIsThereOrNot() throws Exception {
    Path other = temp.resolve("other");
    assertThat(Fetching.fetch(fetcher, link("1", other.resolve("hush")))).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, link("2", other.resolve("none")))).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, link("3", other) + "hush")).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, uri(images.resolve("3/none")))).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, link("4", Path.of("../other/hush")))).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, link("5", Path.of("../other/none")))).isEqualTo(LEADS_OUT);
    assertThat(Fetching.fetch(fetcher, link("6", Path.of("6")))).isEqualTo(LEADS_OUT);
  }

  @Test
  void linkThatAppearsAfterTheCheck_isNotFollowed() throws Exception {
    link("link", temp.resolve("other/hush"));
    link("folder", temp.resolve("other"));
    Path root = images.toRealPath();
    // The test passes paths that the check has accepted, as if the links had appeared after the
    // check.
    assertThatThrownBy(() -> UnlinkedFile.open(root, root.resolve("link")))
        .isInstanceOf(RefusedException.class);
    assertThatThrownBy(() -> UnlinkedFile.open(root, root.resolve("folder/hush")))
        .isInstanceOf(RefusedException.class);
  }

  @Test
  void largeFile_isRefused() throws Exception {
    Path large = Files.writeString(images.resolve("large"), "x".repeat(1001));
    assertThat(Fetching.refusal(fetcher, uri(large))).isEqualTo(Reason.TOO_LARGE);
  }

  @Test
  void endlessFile_isRefused() throws Exception {
    Assumptions.assumeTrue(Files.exists(Path.of("/dev/zero")), "the system has devices");
    try (Fetcher devices = Fetching.from("file:///dev", "file:///proc/self")) {
      assertThat(Fetching.refusal(devices, "file:///dev/zero")).isEqualTo(Reason.NOT_ALLOWED);
    }
  }

  @Test
  void unreadableFile_isRefused() throws Exception {
    Path secret = Files.writeString(images.resolve("secret"), "hush");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(secret), "permissions do not bind this user");
    assertThat(Fetching.refusal(fetcher, uri(secret))).isEqualTo(Reason.FORBIDDEN);
  }

  @Test
  void outputThatFails_isTheCallersTrouble() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("no space left");
          }
        };
    assertThatThrownBy(() -> fetcher.fetch(uri(images.resolve("cats/1 ä.png")), null, full))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("no space left");
  }
}
