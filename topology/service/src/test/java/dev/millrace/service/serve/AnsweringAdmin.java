package dev.millrace.service.serve;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.internals.KafkaFutureImpl;

/**
 * A fake admin client. It records the calls. For each method, it returns a fixed answer or throws
 * an exception.
 */
final class AnsweringAdmin {

  private final Map<String, Object> answers = new HashMap<>();

  /** The names of the methods that were called. */
  final List<String> calls = new ArrayList<>();

  AnsweringAdmin answer(String method, Object answer) {
    answers.put(method, answer);
    return this;
  }

  Admin client() {
    InvocationHandler handler =
        (proxy, called, args) -> {
          calls.add(called.getName());
          Object answer = answers.get(called.getName());
          if (answer instanceof RuntimeException failure) {
            throw failure;
          }
          return answer;
        };
    return (Admin)
        Proxy.newProxyInstance(Admin.class.getClassLoader(), new Class<?>[] {Admin.class}, handler);
  }

  static <T> KafkaFuture<T> refused(Exception reason) {
    KafkaFutureImpl<T> future = new KafkaFutureImpl<>();
    future.completeExceptionally(reason);
    return future;
  }
}
