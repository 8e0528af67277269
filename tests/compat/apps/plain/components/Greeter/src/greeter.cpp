/* SPDX-License-Identifier: BSD-2-Clause */
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <camkes.h>
class Counter {
  public:
    explicit Counter(int n) : value(n) {}
    virtual ~Counter() {}
    virtual int get() const { return value; }
  private:
    int value;
};
class Twice : public Counter {
  public:
    explicit Twice(int n) : Counter(n) {}
    int get() const override { return 2 * Counter::get(); }
};
static Counter object(COUNT);
int greeting_greet(const char *name)
{
    std::printf("greeter: static object %d\n", object.get());
    Counter *twice = new Twice(4);
    std::array<int, 3> numbers{3, 1, 2};
    std::sort(numbers.begin(), numbers.end());
    int n = twice->get() + numbers[0];
    delete twice;
    std::printf("greeter: hello %s, %d\n", name, n);
    return n;
}
