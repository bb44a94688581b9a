package dev.millrace.connect.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SentFilesTest {

  private static FolderFile file(int number) {
    return new FolderFile(number + ".png", Path.of(number + ".png"), 1, 1);
  }

  @Test
  void offset_restoresTheFilesUpToIt() {
    SentFiles files = SentFiles.restore(null, 0);
    SentFiles.Poll poll = files.startPoll(0);
    poll.add(file(1), 0);
    Map<String, Object> offset = poll.offset();
    poll.add(file(2), 0);

    SentFiles restored = SentFiles.restore(offset, 0);

    assertThat(restored.note(file(1), 0)).isTrue();
    assertThat(restored.note(file(2), 0)).isFalse();
    assertThat(restored.size()).isEqualTo(1);
    assertThat(SentFiles.restore(poll.offset(), 0).size()).isEqualTo(2);
  }

  @Test
  void earlierPolls_areInTheOffset() {
    SentFiles files = SentFiles.restore(null, 0);
    files.startPoll(0).add(file(1), 0);
    SentFiles.Poll poll = files.startPoll(0);
    poll.add(file(2), 0);

    assertThat(SentFiles.restore(poll.offset(), 0).note(file(1), 0)).isTrue();
  }

  @Test
  void fileThatNoScanSees_isForgottenAfterAWhile() {
    SentFiles files = SentFiles.restore(null, 0);
    SentFiles.Poll poll = files.startPoll(0);
    poll.add(file(1), 100);
    poll.add(file(2), 100);
    files.note(file(2), 200);

    files.startPoll(100);
    assertThat(files.size()).isEqualTo(2);
    files.startPoll(101);
    assertThat(files.note(file(1), 200)).isFalse();
    assertThat(files.note(file(2), 200)).isTrue();
  }

  @Test
  void scanThatIsNotComplete_letsNoFileBeForgotten() {
    SentFiles files = SentFiles.restore(null, 0);
    files.startPoll(0).add(file(1), 100);
    files.noteAll(200);
    files.startPoll(150);

    assertThat(files.size()).isEqualTo(1);
  }

  @Test
  void largestOffset_fitsIntoAMessage() {
    SentFiles files = SentFiles.restore(null, 0);
    SentFiles.Poll poll = files.startPoll(0);
    IntStream.range(0, SentFiles.LIMIT).forEach(number -> poll.add(file(number), 0));

    assertThat(poll.offset().get("files").toString()).hasSizeLessThan(1_000_000);
    assertThatThrownBy(() -> poll.add(file(-1), 0))
        .isInstanceOf(SentFiles.TooManyFilesException.class);
  }

  @Test
  void otherMap_isNoOffset() {
    for (Map<String, ?> map :
        List.<Map<String, ?>>of(
            Map.of(), Map.of("files", 1), Map.of("files", "", "more", ""), Map.of("file", ""))) {
      assertThatThrownBy(() -> SentFiles.restore(map, 0))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
