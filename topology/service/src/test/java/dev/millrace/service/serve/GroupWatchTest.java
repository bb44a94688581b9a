package dev.millrace.service.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class GroupWatchTest {

  private final List<StartRefusedException> refusals = new ArrayList<>();
  private final Deque<Object> answers = new ArrayDeque<>();
  private boolean running;
  private final GroupWatch watch = new GroupWatch(() -> running, this::check, refusals::add);

  private boolean check() {
    Object answer = answers.remove();
    if (answer instanceof RuntimeException failure) {
      throw failure;
    }
    return (boolean) answer;
  }

  private void look(Object... checked) {
    answers.addAll(List.of(checked));
    watch.look();
    assertThat(answers).isEmpty();
  }

  @Test
  void group_isLookedAt_untilItIsStableAndTheClientRuns() {
    look(true);
    running = true;
    look(false);
    look(true);
    look();
  }

  @Test
  void rebalance_hasItLookedAtAgain() {
    running = true;
    look(true);
    running = false;
    look(true);
    running = true;
    look(true);
    look();
  }

  @Test
  void groupOfAnotherService_isRefused() {
    StartRefusedException refusal = new StartRefusedException("another's");

    look(refusal);

    assertThat(refusals).containsExactly(refusal);
  }

  @Test
  @Timeout(60)
  void thread_looksFromTheStartToTheClose() throws Exception {
    BlockingQueue<Thread> looking = new LinkedBlockingQueue<>();
    GroupWatch started =
        new GroupWatch(() -> looking.add(Thread.currentThread()), () -> true, refusals::add);
    started.start();
    Thread thread = looking.take();

    started.close();

    thread.join();
  }

  @Test
  void brokerThatDoesNotAnswer_isAskedAgain() {
    running = true;
    look(new TimeoutException("busy"));
    look(true);
    look();
    assertThat(refusals).isEmpty();
  }

  @Test
  void groupThatWeMayNotDescribe_isAskedForOnce() {
    running = true;
    look(GroupAuthorizationException.forGroupId("group"));
    look();
    assertThat(refusals).isEmpty();
  }
}
