/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ethernets between virtual machines, as C preprocessor macros. A description says who is connected
 * with whom by a macro, and which hardware address each has:
 *
 *     #define VM0_net(f) f(0, 1, 2)       guest 0 reaches guests 1 and 2
 *     #define VM1_net(f) f(1, 0)
 *     #define VM2_net(f) f(2, 0)
 *     #define net(f) VM0_net(f) VM1_net(f) VM2_net(f)
 *     #define VM0_MACADDRESS "02:00:00:00:AA:01"  …
 *
 * and uses VM_CONNECTION_COMPONENT_DEF(n, net) in component InitN, VM_CONNECTION_CONNECT_VMS(to, net) in the
 * composition, VM_CONNECTION_CONFIG(to, net) in the configuration, and VM_CONNECTION_INIT_HANDLER(n, net) in the
 * list vmN.init_cons. `to` is the interface of a component that the queues meet in
 * (VirtQueue/VirtQueue.camkes). A guest reaches four others at most. Names and meaning are those that
 * descriptions elsewhere use.
 *
 * From guest a to guest b there is one virtqueue, vmA.ether_b_send to vmB.ether_a_recv.
 */
#ifndef CAISSON_CONFIGURATIONS_CONNECTIONS_H
#define CAISSON_CONFIGURATIONS_CONNECTIONS_H

import <VirtQueue/VirtQueue.camkes>;

/* Calls m(own, peer, index) for each peer. */
#define VM_PEERS_1(m, own, a) m(own, a, 0)
#define VM_PEERS_2(m, own, a, b) VM_PEERS_1(m, own, a) m(own, b, 1)
#define VM_PEERS_3(m, own, a, b, c) VM_PEERS_2(m, own, a, b) m(own, c, 2)
#define VM_PEERS_4(m, own, a, b, c, d) VM_PEERS_3(m, own, a, b, c) m(own, d, 3)
#define VM_PEERS_PICK(m, own, a, b, c, d, name, ...) name
#define VM_PEERS(m, ...) \
    VM_PEERS_PICK(m, __VA_ARGS__, VM_PEERS_4, VM_PEERS_3, VM_PEERS_2, VM_PEERS_1, ) \
        (m, __VA_ARGS__)

#define VM_ETHER_INTERFACES_1(own, peer, i) \
    uses VirtQueueDrv ether_##peer##_send; \
    uses VirtQueueDev ether_##peer##_recv;
#define VM_ETHER_INTERFACES(...) VM_PEERS(VM_ETHER_INTERFACES_1, __VA_ARGS__)

#define VM_ETHER_ENDS_1(own, peer, i) \
    from vm##own.ether_##peer##_send, from vm##own.ether_##peer##_recv,
#define VM_ETHER_ENDS(...) VM_PEERS(VM_ETHER_ENDS_1, __VA_ARGS__)

#define VM_ETHER_PAIRS_1(own, peer, i) \
    {"drv": VAR_STRINGIZE(vm##own.ether_##peer##_send), \
     "dev": VAR_STRINGIZE(vm##peer.ether_##own##_recv)},
#define VM_ETHER_PAIRS(...) VM_PEERS(VM_ETHER_PAIRS_1, __VA_ARGS__)

#define VM_ETHER_SETTINGS_1(own, peer, i) \
    vm##own.ether_##peer##_send_id = (i) * 2; \
    vm##own.ether_##peer##_recv_id = (i) * 2 + 1; \
    vm##own.ether_##peer##_send_shmem_size = 32768; \
    vm##own.ether_##peer##_recv_shmem_size = 32768;
#define VM_ETHER_PORT_1(own, peer, i) \
    {"mac_addr": VM##peer##_MACADDRESS, "send_id": (i) * 2, "recv_id": (i) * 2 + 1},
#define VM_ETHER_CARD(own, ...) \
    vm##own.vswitch_mac_address = VM##own##_MACADDRESS; \
    vm##own.vswitch_layout = [VM_PEERS(VM_ETHER_PORT_1, own, __VA_ARGS__)];
#define VM_ETHER_CONFIG(...) \
    VM_PEERS(VM_ETHER_SETTINGS_1, __VA_ARGS__) \
    VM_ETHER_CARD(__VA_ARGS__)

#define VM_ETHER_INIT_1(own, peer, i) \
    {"init": "make_virtio_net_vswitch_driver_dummy", \
     "badge": "ether_" #peer "_send_notification_badge()", "irq": "virtio_net_notify_vswitch"}, \
    {"init": "make_virtio_net_vswitch_driver_dummy", \
     "badge": "ether_" #peer "_recv_notification_badge()", "irq": "virtio_net_notify_vswitch"},
#define VM_ETHER_INIT(...) VM_PEERS(VM_ETHER_INIT_1, __VA_ARGS__)

#define VM_CONNECTION_COMPONENT_DEF(n, topology) VM##n##_##topology(VM_ETHER_INTERFACES)
#define VM_CONNECTION_CONNECT_VMS(to_end, topology) \
    connection seL4VirtQueues topology##_conn(to to_end, topology(VM_ETHER_ENDS));
#define VM_CONNECTION_CONFIG(to_end, topology) \
    topology(VM_ETHER_CONFIG) \
    to_end##_topology = [topology(VM_ETHER_PAIRS)];
#define VM_CONNECTION_INIT_HANDLER(n, topology) \
    VM##n##_##topology(VM_ETHER_INIT) {"init": "make_virtio_net_vswitch"}

#endif
